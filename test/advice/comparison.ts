// Two configurations from a few lines each, what the pair check finds in them, and who has the address in each story.

import { readFileSync } from 'node:fs';
import { comparePair, type PairReport } from '../../src/advice/pair.js';
import { describeFinding } from '../../src/advice/text.js';
import type { Config } from '../../src/config/model.js';
import { readConfig } from '../../src/config/read.js';

const LAYOUTS = new URL('../fixtures/layouts/', import.meta.url);

function load(file: string, text: string): Config {
  const { config, diagnostics } = readConfig({ file, load: () => text });
  if (config === undefined) throw new Error(diagnostics.map(({ words }) => words).join('; '));
  return config;
}

export const layout = (name: string): Config =>
  load(name.replace(/^.*\//, ''), readFileSync(new URL(name, LAYOUTS), 'utf8'));

interface Plan {
  readonly head?: string;
  readonly lines?: string;
  readonly addresses?: string;
}

export const configuration = (file: string, { head = '', lines = '', addresses = '10.0.0.1/24' }: Plan): Config =>
  load(
    file,
    `${head}
vrrp_instance VI {
interface eth0
virtual_router_id 5
${lines}
virtual_ipaddress {
${addresses.replaceAll(' ', '\n')}
}
}`,
  );

export const compare = (one: Plan, other: Plan): PairReport =>
  comparePair([configuration('a.conf', one), configuration('b.conf', other)], ['a', 'b']);

/** Story by story who has the address: 1, 2, both or nobody. */
export const owners = ({ paired }: PairReport): Record<string, string> =>
  Object.fromEntries(
    (paired[0]?.outcomes ?? []).map(({ story, holders }) => [
      Object.values(story)
        .map((value) => (typeof value === 'number' ? value + 1 : value))
        .join(' '),
      holders.length === 2 ? 'both' : holders.length === 0 ? 'nobody' : String((holders[0] ?? 0) + 1),
    ]),
  );
export const found = ({ findings }: PairReport): string[] => findings.map(describeFinding);
