// How a value is written so that it reads back as it was: an ordinary word, and a command with both of its quoting levels.
// It decides nothing about which keyword takes which.

import { Report } from './diagnostic.js';
import { readLines, readPieces } from './tokens.js';

/** A word by the ordinary rules: in double quotes where it needs them, or with what would be a comment escaped. */
export function quoteWord(text: string): string {
  if (/^[\w.:/@%+,=-]+$/.test(text)) return text;
  const quoted = `"${text.replaceAll('"', '\\"')}"`;
  return [text, quoted, text.replace(/[#!]/g, '\\$&')].find((one) => readsAs(one, text)) ?? quoted;
}

/** Whether it is this one word to the reader, and no use of a definition. */
function readsAs(written: string, text: string): boolean {
  const report = new Report();
  const lines = readLines({ file: '', text: written, report });
  const [piece, more] = lines.flatMap((line) => readPieces(line, report));
  if (piece?.kind !== 'words' || more !== undefined || report.hasError) return false;
  return piece.words.length === 1 && piece.words[0].text === text && !/\$\w+$/.test(written);
}

/** A word at the beginning of a line, where it could be taken for a directive. */
export const quoteFirst = (text: string): string =>
  /^(@|~|include|\$\w+=)/.test(text) ? `"${text}"` : quoteWord(text);

/** The words of a command as the value of a script keyword: quoted as a whole, and each word by itself where it needs it. */
export function quoteCommand(argv: readonly string[]): string {
  const inner = argv.map((word) => (/^[\w./:=,+%@-]+$/.test(word) ? word : `'${escape(word, "'")}'`)).join(' ');
  return `"${escape(inner, '"')}"`;
}

function escape(text: string, quote: string): string {
  const protectedText = text.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`);
  return protectedText.replace(/\p{Cc}/gu, (letter) => `\\x${letter.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
