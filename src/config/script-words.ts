// The words of a line that names a program (script, notify, notify_master ...), by rules like a shell's: quotes of both
// kinds, also in the middle of a word, and backslash escapes, also between quotes. No variables, no globs, no shell.
// The first word of the line is the whole command; it is split by the same rules once more.

/** A word and where it begins in the text that was split. */
export interface ScriptWord {
  readonly text: string;
  readonly index: number;
  readonly length: number;
  /** It begins with a quote. */
  readonly quoted: boolean;
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  e: '\x1b',
  E: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** `unclosed` is the index of a quote that is never closed; the words before it are given. */
export function splitScript(text: string): { words: ScriptWord[]; unclosed?: number } {
  const words: ScriptWord[] = [];
  const space = /\s*/y;
  for (let index = 0; ;) {
    space.lastIndex = index;
    space.test(text);
    index = Math.max(index, space.lastIndex);
    if (index >= text.length) return { words };
    const word = readWord(text, index);
    if (word.unclosed !== undefined) return { words, unclosed: word.unclosed };
    words.push({ text: word.text, index, length: word.end - index, quoted: /["']/.test(text.charAt(index)) });
    index = word.end;
  }
}

function readWord(text: string, start: number): { text: string; end: number; unclosed?: number } {
  const parts: string[] = [];
  let quote: { readonly mark: string; readonly index: number } | undefined;
  let index = start;
  while (index < text.length) {
    const letter = text.charAt(index);
    if (letter === '\\') {
      const escape = readEscape(text, index + 1);
      parts.push(escape.text);
      index = escape.end;
      continue;
    }
    if (quote === undefined && /\s/.test(letter)) break;
    if (quote?.mark === letter) quote = undefined;
    else if (quote === undefined && (letter === '"' || letter === "'")) quote = { mark: letter, index };
    else parts.push(letter);
    index += 1;
  }
  return { text: parts.join(''), end: index, ...(quote === undefined ? {} : { unclosed: quote.index }) };
}

/** What stands after a backslash: \nnn octal, \xXX, \cX control, a letter of the table, or the character itself. */
function readEscape(text: string, index: number): { text: string; end: number } {
  const octal = /^[0-7]{1,3}/.exec(text.slice(index, index + 3))?.[0];
  if (octal !== undefined) return { text: octet(parseInt(octal, 8)), end: index + octal.length };
  const hexadecimal = /^x([0-9a-f]{1,2})/i.exec(text.slice(index, index + 3))?.[1];
  if (hexadecimal !== undefined) return { text: octet(parseInt(hexadecimal, 16)), end: index + 1 + hexadecimal.length };
  const control = /^c([@-_a-z])/.exec(text.slice(index, index + 2))?.[1];
  if (control !== undefined) return { text: octet(control.charCodeAt(0) & 0x1f), end: index + 2 };
  const letter = text.charAt(index);
  return { text: ESCAPES[letter] ?? letter, end: index + 1 };
}

const octet = (value: number): string => String.fromCharCode(value & 0xff);
