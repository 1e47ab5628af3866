// The keyword tables as a document: one row a keyword with its class, form and default. docs/KEEPALIVED.md holds it, and a
// test holds the two to each other. It reads no file and knows no particular keyword.

import { authenticationTable } from './authentication.js';
import { garpGroupTable } from './garp-group.js';
import { globalDefsTable } from './global-defs.js';
import type { Keyword, Keywords } from './keyword.js';
import { strangerTo } from './newer.js';
import { rootTable } from './root.js';
import { syncGroupTable } from './sync-group.js';
import { trackFileTable } from './track-file.js';
import { trackProcessTable } from './track-process.js';
import { vrrpInstanceTable } from './vrrp-instance.js';
import { vrrpScriptTable } from './vrrp-script.js';

const tables: readonly { readonly block: string; readonly keywords: Keywords }[] = [
  rootTable,
  globalDefsTable,
  vrrpScriptTable,
  vrrpInstanceTable,
  authenticationTable,
  syncGroupTable,
  trackFileTable,
  trackProcessTable,
  garpGroupTable,
];

/** Markdown: a section for each block. */
export function describeKeywords(): string {
  return tables
    .map(({ block, keywords }) => {
      const rows = Object.entries(keywords).map(
        ([name, keyword]) => `| \`${name}\` | ${describe(keyword)}${originOf(name)} |`,
      );
      const title = `### ${block}\n\n| keyword | class | value, default or what follows |\n|---|---|---|\n`;
      return `${title}${rows.join('\n')}\n`;
    })
    .join('\n');
}

function describe(keyword: Keyword): string {
  const form = keyword.value?.form ?? '';
  if (keyword.class !== 'acted upon') return `${keyword.class} | ${cell([keyword.note, form])}`;
  const { standard } = keyword;
  return `${keyword.class} | ${cell([form, standard === '' || standard === 'required' ? standard : `default: ${standard}`])}`;
}

/** In words, where a keyword is not one of every keepalived. */
function originOf(name: string): string {
  const stranger = strangerTo(name);
  return stranger === undefined ? '' : stranger === 'keepalived' ? '; only vrrpd has it' : '; newer than 2.2.7';
}

/** A bar would end the cell of the table. */
const cell = (parts: readonly string[]): string =>
  parts
    .filter((part) => part !== '')
    .join('; ')
    .replaceAll('|', '\\|');
