// The shape of files: names, sizes, opening comments, and marks that must not stay. The size of functions is eslint's
// (max-lines-per-function).

import { finding, isTypeScriptOfSrc, type Finding, type Rule, type Source } from './source.js';

/** Words that say nothing about what is in a file. */
const EMPTY_WORDS = /^(util|common|helper|manager|base)s?$/;
/** systemd calls itself the service manager; it is the thing itself there. */
const NAMES_THAT_STAND = ['service-manager'];

/** No file or folder is named by a word that fits everything. */
export const fileNames: Rule = (sources) =>
  sources.flatMap((source) => {
    const names = source.path.split('/').map((name) => name.replace(/^(\.?[^.]+)\..*$/, '$1'));
    const empty = names.find(
      (name) => !NAMES_THAT_STAND.includes(name) && name.split('-').some((word) => EMPTY_WORDS.test(word)),
    );
    return empty === undefined ? [] : [finding(source, 1, `"${empty}" names nothing: name the noun that is in it`)];
  });

const MOST_LINES = 300;
/** The addon is one file on purpose: one table of system calls without a protocol, read from top to bottom. */
const LONGER_FILES = ['native/socket.c'];

const linesOf = ({ text }: Source): string[] => text.replace(/\n$/, '').split('\n');

/** A file of src or native is read in one sitting. */
export const fileSizes: Rule = (sources) =>
  sources
    .filter(({ path }) => /^(src|native)\//.test(path) && !LONGER_FILES.includes(path))
    .filter((source) => linesOf(source).length > MOST_LINES)
    .map((source) =>
      finding(source, MOST_LINES + 1, `${linesOf(source).length} lines: make it two files, at most ${MOST_LINES} each`),
    );

/** Each file of src says first what it is and what it never does. */
export const openingComments: Rule = (sources) =>
  sources.filter(isTypeScriptOfSrc).flatMap((source) => {
    const lines = linesOf(source);
    const end = lines.findIndex((line) => !line.startsWith('//'));
    const length = end === -1 ? lines.length : end;
    if (length >= 2 && length <= 5) return [];
    return [
      finding(source, 1, `opens with ${length} lines of comment: say in 2 to 5 what it is and what it never does`),
    ];
  });

/** In two halves, so that this file is not a finding of its own. */
const MARK = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX', 'HA' + 'CK'].join('|')})\\b`);
const DISABLED = new RegExp('eslint-' + 'disable(?!.* -- \\S)');

const inEachLine = (source: Source, pattern: RegExp, say: (match: string) => string): Finding[] =>
  linesOf(source).flatMap((line, index) => {
    const match = pattern.exec(line);
    return match ? [finding(source, index + 1, say(match[0]))] : [];
  });

/** Nothing is put off in a comment, and no check is switched off without its reason. Copies in fixtures stay as they are. */
export const marks: Rule = (sources) =>
  sources
    .filter(({ path }) => !path.startsWith('test/fixtures/'))
    .flatMap((source) => [
      ...inEachLine(source, MARK, (mark) => `${mark}: do it or open an issue`),
      ...inEachLine(source, DISABLED, () => 'a lint rule switched off: add " -- " and the reason'),
    ]);
