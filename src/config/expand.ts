// Lines -> lines: `include`, `$NAME=` definitions and their uses, `~SEQ`, `~LST` and `@id` conditions are carried out, in
// the order of the lines. keepalived.conf(5). It opens no file itself: a loader is handed in. Nothing here can loop or
// grow without end: what is too much is an error at its place.

import { Definitions, unreadable, type Surroundings } from './definitions.js';
import type { Report } from './diagnostic.js';
import { includedFiles, isInclude, type Files } from './include.js';
import { isSequence, readSequence } from './sequence.js';
import { hasOpenQuote, readLines, spanIn, type Line } from './tokens.js';

const DEFINITION = /^\s*\$([A-Za-z_]\w*)=(.*)$/s;
const CONDITION = /^\s*@(\^?)(\S+)/;
/** Files in files. */
const MOST_DEPTH = 32;
const MOST_FILES = 4_096;
/** Lines that are not in any file: made by repetitions and by values of several lines. */
const MOST_MADE = 250_000;
/** Characters of such lines, and of those that use a definition. */
const MOST_CHARACTERS = 1 << 22;

/** All lines of the file and of those that it includes. */
export function expandFile(
  file: string,
  request: { files: Files; surroundings: Surroundings; report: Report },
): Line[] | undefined {
  const expander = new Expander(request);
  return expander.file(file) ? expander.lines : undefined;
}

class Expander {
  readonly lines: Line[] = [];
  readonly #definitions: Definitions;
  readonly #files: Files;
  readonly #report: Report;
  /** The files that are being read, the innermost last. */
  readonly #chain: string[] = [];
  #count = 0;
  #made = 0;
  #characters = 0;
  #isFull = false;
  /** A definition of several lines that has not ended. */
  #open: { readonly name: string; readonly lines: Line[] } | undefined;

  constructor({ files, surroundings, report }: { files: Files; surroundings: Surroundings; report: Report }) {
    this.#files = files;
    this.#report = report;
    this.#definitions = new Definitions(surroundings, report);
  }

  /** False when there is no such file. */
  file(file: string): boolean {
    const text = this.#files.load(file);
    if (text === undefined) return false;
    this.#count += 1;
    this.#chain.push(file);
    for (const line of readLines({ file, text, report: this.#report })) this.#take(line);
    if (this.#open !== undefined) this.#definitions.set(this.#open.name, this.#open.lines);
    this.#open = undefined;
    this.#chain.pop();
    return true;
  }

  #take(line: Line): void {
    if (this.#open !== undefined) this.#goOn(this.#open, line);
    else if (/^\s*(?:[@$~]|include)|\$/.test(line.text)) this.#directive(line);
    else this.lines.push(line);
  }

  #directive(line: Line): void {
    const condition = CONDITION.exec(line.text);
    if (condition !== null) {
      const [whole, not, id] = condition;
      if ((id === this.#definitions.surroundings.configId) === (not === '')) this.#rest(line, whole.length);
      return;
    }
    const definition = DEFINITION.exec(line.text);
    if (definition !== null) this.#define(line, { name: definition[1] ?? '', value: definition[2] ?? '' });
    else if (isSequence(line.text)) this.#repeat(line);
    else if (isInclude(line.text)) for (const one of this.#definitions.substitute(line)) this.#include(one);
    else this.#use(line);
  }

  /** What stands behind a directive is a line of its own, in its place. */
  #rest(line: Line, length: number): void {
    const text = ' '.repeat(length) + line.text.slice(length);
    if (text.trim() !== '') this.#take({ ...line, text });
  }

  #define(line: Line, { name, value }: { name: string; value: string }): void {
    const goesOn = value.trimEnd().endsWith('\\');
    const text = (goesOn ? value.trimEnd().slice(0, -1) : value).trim();
    const from = line.text.length - value.length + value.search(/\S|$/);
    const lines = goesOn && text === '' ? [] : [{ ...line, text, stretches: [{ at: 0, from }] }];
    if (goesOn) this.#open = { name, lines };
    else this.#definitions.set(name, lines);
  }

  #goOn(open: { readonly name: string; readonly lines: Line[] }, line: Line): void {
    const text = line.text.trimEnd();
    const goesOn = text.endsWith('\\');
    open.lines.push({ ...line, text: goesOn ? text.slice(0, -1) : text });
    if (goesOn) return;
    this.#open = undefined;
    this.#definitions.set(open.name, open.lines);
  }

  #repeat(line: Line): void {
    const [first] = this.#definitions.substitute({ ...line, text: headOf(line.text) });
    const sequence = readSequence(first?.text ?? '');
    const length = headOf(line.text).length;
    if (typeof sequence === 'string') {
      const index = line.text.search(/\S/);
      this.#report.error('bad-sequence', spanIn({ line, index, length: length - index }), sequence);
      return;
    }
    const names = new Set(sequence.settings.flatMap((setting) => setting.map(([name]) => name)));
    const before = [...names].map((name) => [name, this.#definitions.get(name)] as const);
    for (const setting of sequence.settings) {
      if (!this.#make(line, { lines: 1, text: line.text.slice(length) })) break;
      for (const [name, value] of setting) this.#definitions.set(name, [{ ...line, text: value }]);
      this.#rest(line, length);
    }
    for (const [name, value] of before)
      if (value === undefined) this.#definitions.delete(name);
      else this.#definitions.set(name, value);
  }

  #include(line: Line): void {
    for (const { file, span } of includedFiles(line, this.#files, this.#report)) {
      const problem = this.#chain.includes(file)
        ? `it includes itself: ${[...this.#chain, file].join(' -> ')}`
        : this.#chain.length >= MOST_DEPTH
          ? `more than ${MOST_DEPTH} files in each other`
          : this.#count >= MOST_FILES
            ? `more than ${MOST_FILES} files`
            : undefined;
      if (problem !== undefined) this.#report.error('bad-include', span, problem);
      else if (!this.file(file)) this.#report.error('bad-include', span, `${file} can not be read`);
    }
  }

  /** A value may hold directives of its own. */
  #use(line: Line): void {
    const lines = this.#definitions.substitute(line);
    const made = lines.length === 1 ? 0 : 1;
    for (const one of lines)
      if (this.#make(line, { lines: made, text: one.text })) this.#takeMade(this.#whole(one, line));
  }

  /** A use can bring a quote, or take one. */
  #whole(made: Line, line: Line): Line {
    if (made === line || !made.readable || !hasOpenQuote(made.text)) return made;
    const index = Math.max(0, line.text.search(/\S/));
    const span = spanIn({ line, index, length: line.text.length - index });
    this.#report.error('unclosed-quote', span, 'with what its uses stand for, a quote of this line is never closed');
    return unreadable(made);
  }

  /** Counts what is in no file, without its indentation; false when it is too much, which is told once. */
  #make(line: Line, { lines, text }: { lines: number; text: string }): boolean {
    if (this.#isFull) return false;
    this.#made += lines;
    this.#characters += text.trim().length;
    this.#isFull = this.#made >= MOST_MADE || this.#characters >= MOST_CHARACTERS;
    if (this.#isFull) {
      const index = Math.max(0, line.text.search(/\S/));
      const most = this.#made < MOST_MADE ? `${MOST_CHARACTERS} characters` : `${MOST_MADE} lines`;
      const words = `more than ${most} come out of repetitions and definitions`;
      this.#report.error('bad-sequence', spanIn({ line, index, length: line.text.length - index }), words);
    }
    return !this.#isFull;
  }

  /** What is still there with a dollar sign is no name, or one that a repetition in the value sets. */
  #takeMade(line: Line): void {
    const isDirective = [CONDITION, DEFINITION].some((form) => form.test(line.text));
    if (isDirective || isSequence(line.text) || isInclude(line.text)) this.#directive(line);
    else this.lines.push(line);
  }
}

/** `~SEQ(...)` with what stands before it. */
const headOf = (text: string): string => {
  const close = text.indexOf(')');
  return close < 0 ? text : text.slice(0, close + 1);
};
