// docs/KEEPALIVED.md is the keyword tables. With WRITE_DOCS=1 it is written anew before it is compared.

import { readFileSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { describeKeywords } from '../../src/config/document.js';

const FILE = new URL('../../docs/KEEPALIVED.md', import.meta.url);
const MARK = '<!-- keywords -->\n';

t.test('docs/KEEPALIVED.md lists every keyword as the tables have it', (t) => {
  const [introduction = ''] = readFileSync(FILE, 'utf8').split(MARK);
  const expected = `${introduction}${MARK}\n${describeKeywords()}`;
  if (process.env.WRITE_DOCS === '1') writeFileSync(FILE, expected);
  t.equal(readFileSync(FILE, 'utf8'), expected);
  t.match(expected, '| `virtual_router_id` | acted upon | 1 to 255; required |');
  t.end();
});
