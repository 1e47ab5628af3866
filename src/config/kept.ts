// What a file says and vrrpd does not act upon, as lines: so that a printed configuration still means the same to keepalived.
// It looks at no value; what is unknown or refused is not kept.

import type { Keyword } from './keyword.js';
import { quoteFirst, quoteWord } from './quote.js';
import type { Statement } from './tree.js';

/** Blocks in blocks; keepalived's own are six deep. */
const MOST_DEPTH = 32;

/** The lines of those statements of a block whose keywords change nothing here, blocks within indented. */
export function keptLines(statements: readonly Statement[], find: (name: string) => Keyword | undefined): string[] {
  const lines: string[] = [];
  for (const statement of statements) {
    const found = find(statement.keyword.text)?.class;
    if (statement.readable && (found === 'not yet supported' || found === 'no meaning here'))
      write(statement, { depth: 0, lines });
  }
  return lines;
}

function write({ keyword, args, raw, block }: Statement, { depth, lines }: { depth: number; lines: string[] }): void {
  if (depth > MOST_DEPTH) return;
  const rest = raw.line.text.slice(raw.from, raw.to).trim();
  // As it stands, since some keywords have quoting rules of their own; but not what would be a comment or a use next time.
  const words = /[#!$]/.test(rest) ? args.map(({ text }) => quoteWord(text)).join(' ') : rest;
  const indent = '    '.repeat(depth);
  const line = `${indent}${quoteFirst(keyword.text)}${words === '' ? '' : ` ${words}`}`;
  lines.push(block === undefined ? line : `${line} {`);
  for (const inner of block ?? []) write(inner, { depth: depth + 1, lines });
  if (block !== undefined) lines.push(`${indent}}`);
}
