// How a value is written so that it reads back as it was: an ordinary word, and a command with both of its quoting levels.
// It decides nothing about which keyword takes which.

/** A word by the ordinary rules: only double quotes protect, and in them only a double quote is escaped. */
export const quoteWord = (text: string): string =>
  text !== '' && !/[\s"!#{}]/.test(text) ? text : `"${text.replaceAll('"', '\\"')}"`;

/** The words of a command as the value of a script keyword: quoted as a whole, and each word by itself where it needs it. */
export function quoteCommand(argv: readonly string[]): string {
  const inner = argv.map((word) => (/^[\w./:=,+%@-]+$/.test(word) ? word : `'${escape(word, "'")}'`)).join(' ');
  return `"${escape(inner, '"')}"`;
}

function escape(text: string, quote: string): string {
  const protectedText = text.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`);
  return protectedText.replace(/\p{Cc}/gu, (letter) => `\\x${letter.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
