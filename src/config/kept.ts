// What a file says and vrrpd does not act upon, as lines: so that a printed configuration still means the same to keepalived.
// It looks at no value; what is unknown or refused is not kept.

import type { Keyword } from './keyword.js';
import { quoteFirst, quoteWord } from './quote.js';
import type { Statement } from './tree.js';

/** The lines of those statements of a block whose keywords change nothing here, blocks within indented. */
export const keptLines = (statements: readonly Statement[], find: (name: string) => Keyword | undefined): string[] =>
  statements.flatMap((statement) => {
    const keyword = find(statement.keyword.text);
    const isKept = keyword?.class === 'not yet supported' || keyword?.class === 'no meaning here';
    return isKept && statement.readable ? linesOf(statement) : [];
  });

function linesOf(statement: Statement): string[] {
  const { keyword, args, raw, block } = statement;
  const rest = raw.line.text.slice(raw.from, raw.to).trim();
  // As it stands, since some keywords have quoting rules of their own; but not what would be a comment or a use next time.
  const words = /[#!$]/.test(rest) ? args.map(({ text }) => quoteWord(text)).join(' ') : rest;
  const line = `${quoteFirst(keyword.text)}${words === '' ? '' : ` ${words}`}`;
  if (block === undefined) return [line];
  return [`${line} {`, ...block.flatMap(linesOf).map((inner) => `    ${inner}`), '}'];
}
