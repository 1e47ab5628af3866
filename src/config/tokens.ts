// The text of a file as lines without comments, and a line as words and braces, each with its column.
// Grammar: a comment begins at `!` or `#` anywhere outside double quotes, also inside a word; a brace outside quotes
// ends the statement before it; a statement is one line. Knows no keyword and no definition.

import type { Report, Span } from './diagnostic.js';

/** A line of the file; `text` is the part before the comment, with what it uses put in. */
export interface Line {
  readonly file: string;
  readonly number: number;
  readonly source: string;
  readonly text: string;
  /** Where the text came from, when something was put in; in the order of the text. */
  readonly stretches?: readonly Stretch[];
  /** False when it has an error already because of which its values are not known. */
  readonly readable: boolean;
}

/** A part of a line's text from index `at` on, which stands in the file at index `from`. */
export interface Stretch {
  readonly at: number;
  readonly from: number;
  /** The length in the file of what was put in; absent where the text is the file's own. */
  readonly use?: number;
}

/** `text` is the value: without quotes; `end` is the index behind the word, its quotes included, in the line's text. */
export class Word {
  constructor(
    readonly text: string,
    readonly quoted: boolean,
    private readonly line: Line,
    private readonly index: number,
    readonly end: number,
  ) {}

  /** With the quotes. Made when it is asked for: most words are never the subject of a message. */
  get span(): Span {
    return spanIn({ line: this.line, index: this.index, length: this.end - this.index });
  }

  /** In the same place. */
  withText(text: string): Word {
    return new Word(text, this.quoted, this.line, this.index, this.end);
  }

  /** From the beginning of this word to the end of another one in the same line. */
  upTo(last: Word, text: string): Word {
    return new Word(text, this.quoted, this.line, this.index, last.end);
  }
}

export type Piece =
  | {
      readonly kind: 'words';
      readonly words: readonly [Word, ...Word[]];
      readonly raw: Raw;
      readonly readable: boolean;
    }
  | { readonly kind: 'open' | 'close'; readonly brace: Word; readonly beginsLine: boolean };

/** A statement as it stands in its line: script keywords read it by other rules (script-words.ts). */
export interface Raw {
  readonly line: Line;
  /** Index of the first character in `line.text`. */
  readonly from: number;
  /** Index behind the last character. */
  readonly to: number;
}

/** keepalived drops a line of more octets. */
const LONGEST_LINE = 1024;

/** The lines of a file. LF and CRLF end a line; a byte order mark is skipped. */
export function readLines({ file, text, report }: { file: string; text: string; report: Report }): Line[] {
  const lines: Line[] = [];
  for (const [index, raw] of text
    .replace(/^\ufeff/, '')
    .split('\n')
    .entries()) {
    const source = raw.replace(/\r+$/, '');
    const number = index + 1;
    const span = (from: number, length = 1): Span => ({
      place: { file, line: number, column: from + 1 },
      length,
      source,
    });
    const { end, openQuote } = endOfStatement(source);
    const before = source.slice(0, end);
    if (before.trim() === '') continue;
    const nul = source.indexOf('\0');
    if (nul >= 0) report.warning('nul-octet', span(nul), 'a NUL octet in the line: the line is ignored');
    else if (octets(source) > LONGEST_LINE)
      report.warning('line-too-long', span(0, 1), `a line of over ${LONGEST_LINE} octets is ignored`);
    else {
      if (openQuote !== undefined) report.error('unclosed-quote', span(openQuote), 'this quote is never closed');
      lines.push({ file, number, source, text: before, readable: openQuote === undefined });
    }
  }
  return lines;
}

/** Where the comment begins (else the length of the line), and a double quote before it that is never closed. */
function endOfStatement(source: string): { end: number; openQuote?: number } {
  // Most lines have nothing of the kind, and letter by letter is slow in a large file.
  if (!/[!#"\\]/.test(source)) return { end: source.length };
  let openQuote: number | undefined;
  for (let index = 0; index < source.length; index += 1) {
    const letter = source[index];
    if (letter === '\\') index += 1;
    else if (letter === '"') openQuote = openQuote === undefined ? index : undefined;
    else if ((letter === '!' || letter === '#') && openQuote === undefined) return { end: index };
  }
  return { end: source.length, ...(openQuote === undefined ? {} : { openQuote }) };
}

export const hasOpenQuote = (text: string): boolean => endOfStatement(text).openQuote !== undefined;

/** A line has at most three octets for each UTF-16 unit, so most lines need no count. */
const octets = (text: string): number => (text.length * 3 <= LONGEST_LINE ? 0 : new TextEncoder().encode(text).length);

/** The words and braces of a line in order. */
export function readPieces(line: Line, report: Report): Piece[] {
  const pieces: Piece[] = [];
  const { text } = line;
  let from = 0;
  const flush = (to: number) => {
    const raw = { line, from, to };
    const [first, ...rest] = readWords(raw);
    if (first === undefined) return;
    const odd = oddCharacter(raw, report);
    pieces.push({ kind: 'words', words: [first, ...rest], raw, readable: line.readable && !odd });
  };
  const length = /[{}]/.test(text) ? text.length : 0;
  for (let index = 0, quoted = false; index < length; index += 1) {
    const letter = text[index];
    if (letter === '\\') index += 1;
    else if (letter === '"') quoted = !quoted;
    else if ((letter === '{' || letter === '}') && !quoted) {
      flush(index);
      const beginsLine = text.slice(0, index).trim() === '';
      const brace = new Word(letter, false, line, index, index + 1);
      pieces.push({ kind: letter === '{' ? 'open' : 'close', brace, beginsLine });
      from = index + 1;
    }
  }
  flush(text.length);
  return pieces;
}

const QUOTED = /"((?:\\.|[^"\\])*)("|$)/gs;
const TOKEN = new RegExp(`${QUOTED.source}|(?:\\\\\\S|[^\\s"])+`, 'gs');

/** Where nothing is quoted. */
const PLAIN_TOKEN = /\S+/g;

/** The words of a stretch of a line, by the ordinary rules: only double quotes are special. */
function readWords({ line, from, to }: Raw): Word[] {
  const stretch = line.text.slice(from, to);
  const words: Word[] = [];
  const form = /["\\]/.test(stretch) ? TOKEN : PLAIN_TOKEN;
  form.lastIndex = 0;
  for (let match = form.exec(stretch); match !== null; match = form.exec(stretch)) {
    const [whole, inner = ''] = match;
    const quoted = whole.startsWith('"');
    const plain = whole.includes('\\') ? whole.replace(/\\([#!])/g, '$1') : whole;
    const text = quoted ? inner.replaceAll('\\"', '"') : plain;
    words.push(new Word(text, quoted, line, from + match.index, from + match.index + whole.length));
  }
  return words;
}

/** Whether a comment begins right behind the word, without a space between. */
export function endsAtComment({ quoted, span: { place, length, source } }: Word): boolean {
  return !quoted && /[!#]/.test(source?.charAt(place.column - 1 + length) ?? '');
}

/** A stretch of a line for a message; what was put in is marked at its use. */
export function spanIn({ line, index, length = 1 }: { line: Line; index: number; length?: number }): Span {
  const { file, number, source } = line;
  const from = sourceIndex(line, index).from;
  const end = line.stretches === undefined ? index + length : sourceIndex(line, index + length - 1).end;
  return { place: { file, line: number, column: from + 1 }, length: Math.max(1, end - from), source };
}

/** Where the letter at an index of the text stands in the file. */
export function sourceIndex({ stretches }: Line, index: number): { from: number; end: number } {
  const stretch = stretches?.findLast(({ at }) => at <= index);
  if (stretch === undefined) return { from: index, end: index + 1 };
  const { at, from, use } = stretch;
  return use === undefined ? { from: from + index - at, end: from + index - at + 1 } : { from, end: from + use };
}

/** From web pages and word processors; keepalived takes each for a letter of the word. */
const ODD = /[\u00a0\u2000-\u200d\u2028\u2029\u202f\u205f\u2060\u3000\ufeff\u2018-\u201f\uff02]/u;

/** Whether something in the stretch only looks like a space or a quote; the first is reported. */
function oddCharacter({ line, from, to }: Raw, report: Report): boolean {
  const stretch = line.text.slice(from, to);
  if (!ODD.test(stretch)) return false;
  const index = stretch.replace(QUOTED, (quoted) => ' '.repeat(quoted.length)).search(ODD);
  if (index < 0) return false;
  const code = stretch.charCodeAt(index).toString(16).toUpperCase().padStart(4, '0');
  const kind = /[\u2018-\u201f\uff02]/.test(stretch.charAt(index)) ? 'quote' : 'space';
  const note = `type an ordinary ${kind} here`;
  const span = spanIn({ line, index: from + index });
  report.error('odd-character', span, `U+${code} looks like a ${kind}, but is none`, { note });
  return true;
}
