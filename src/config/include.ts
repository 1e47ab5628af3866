// `include PATTERN` and its stricter sisters: which files a line means, and what is said when one is missing or can't be
// read. keepalived.conf(5): INCLUDE. It opens no folder itself: who knows the file system is handed in.

import type { Report, Span } from './diagnostic.js';
import { spanIn, type Line } from './tokens.js';

/** A file that a pattern names, or why it is not read. */
export interface Match {
  readonly file: string;
  readonly refusal?: string;
}

/** The file system as far as the reader needs it. */
export interface Files {
  /** The text of a file; undefined when it can't be read. */
  load(file: string): string | undefined;
  /** In the order of their names; `pattern` has no braces and is relative to `folder` unless it begins with a slash. */
  match?(pattern: string, folder: string): readonly Match[];
  /** keepalived's -e: whatever is not there is an error. */
  readonly allMustExist?: boolean;
}

const INCLUDE = /^(\s*)(include([rmwba]?))(?=\s|$)/;
const MOST_PATTERNS = 1_024;

export const isInclude = (text: string): boolean => INCLUDE.test(text);

/** The files to be read in place of the line, each with the place of its pattern. */
export function includedFiles(line: Line, files: Files, report: Report): { file: string; span: Span }[] {
  const [head = '', , , letter = ''] = INCLUDE.exec(line.text) ?? [];
  const pattern = line.text
    .slice(head.length)
    .trim()
    .replace(/^"(.*)"$/, '$1');
  const index = line.text.indexOf(pattern, head.length);
  const span = spanIn({ line, index: pattern === '' ? head.length - 1 : index, length: Math.max(1, pattern.length) });
  if (pattern === '') {
    report.error('missing-value', span, `${head.trim()} needs the name of a file or a pattern`);
    return [];
  }
  const patterns = expandBraces(pattern);
  if (patterns === undefined) {
    report.error('bad-include', span, `more than ${MOST_PATTERNS} patterns come out of the braces`);
    return [];
  }
  const all = letter === 'a' || files.allMustExist === true;
  const folder = line.file.includes('/') ? line.file.replace(/\/[^/]*$/, '') || '/' : '.';
  const found = patterns.map((one) => files.match?.(one, folder) ?? [{ file: one }]);
  const say = all || letter === 'm' || letter === 'b' ? report.error.bind(report) : report.warning.bind(report);
  // Each group of braces must match for the letter b; for the others one match in all is enough.
  for (const [position, one] of patterns.entries())
    if ((all || letter === 'b') && found[position]?.length === 0)
      say('missing-include', span, `there is no file ${one}`);
  if (!all && letter !== 'b' && found.every((matches) => matches.length === 0))
    say('missing-include', span, `there is no file ${pattern}`);
  return found.flat().flatMap(({ file, refusal }) => {
    if (refusal === undefined) return [{ file, span }];
    const words = `${file} is not read: ${refusal}`;
    if (all || letter === 'r') report.error('unread-include', span, words);
    else report.warning('unread-include', span, words);
    return [];
  });
}

/** csh's braces: a{b,c}d -> abd acd; undefined when there are too many. */
export function expandBraces(pattern: string): string[] | undefined {
  let patterns = [pattern];
  for (;;) {
    const next: string[] = [];
    let expanded = false;
    for (const one of patterns) {
      // The innermost braces first, so that nested ones need no parser.
      const match = /^(.*)\{([^{}]*)\}(.*)$/s.exec(one);
      if (match === null) next.push(one);
      else {
        const [, before = '', choices = '', behind = ''] = match;
        expanded = true;
        for (const choice of choices.split(',')) next.push(`${before}${choice}${behind}`);
      }
      if (next.length > MOST_PATTERNS) return undefined;
    }
    patterns = next;
    if (!expanded) return [...new Set(patterns)];
  }
}
