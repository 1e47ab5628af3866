// The keyword tables as a document: one row a keyword with its class, form and default. docs/KEEPALIVED.md holds it, and a
// test holds the two to each other. It reads no file and knows no particular keyword.

import { authenticationTable } from './authentication.js';
import { globalDefsTable } from './global-defs.js';
import type { Keyword, Keywords } from './keyword.js';
import { rootTable } from './root.js';
import { vrrpInstanceTable } from './vrrp-instance.js';
import { vrrpScriptTable } from './vrrp-script.js';

const tables: readonly { readonly block: string; readonly keywords: Keywords }[] = [
  rootTable,
  globalDefsTable,
  vrrpScriptTable,
  vrrpInstanceTable,
  authenticationTable,
];

/** Markdown: a section for each block. */
export function describeKeywords(): string {
  return tables
    .map(({ block, keywords }) => {
      const rows = Object.entries(keywords).map(([name, keyword]) => `| \`${name}\` | ${describe(keyword)} |`);
      const title = `### ${block}\n\n| keyword | class | value, default or what follows |\n|---|---|---|\n`;
      return `${title}${rows.join('\n')}\n`;
    })
    .join('\n');
}

function describe(keyword: Keyword): string {
  if (keyword.class !== 'acted upon') return `${keyword.class} | ${keyword.note}`;
  const { value, standard } = keyword;
  const form = [value.form, ...(standard === '' ? [] : [standard === 'required' ? standard : `default: ${standard}`])];
  // A bar would end the cell of the table.
  return `${keyword.class} | ${form
    .filter((part) => part !== '')
    .join('; ')
    .replaceAll('|', '\\|')}`;
}
