// docs/CHECKS.md and the codes are the same list, and every example there gives its code at a severity that is named there.

import { readFileSync } from 'node:fs';
import t from 'tap';
import { comparePair } from '../../src/advice/pair.js';
import { parseAddress } from '../../src/address.js';
import { checkHost, commandsOf, programKey, type HostFacts, type ProgramFacts } from '../../src/config/host-check.js';
import type { Config } from '../../src/config/model.js';
import { CODES, readConfig } from '../../src/config/read.js';

interface Entry {
  readonly code: string;
  readonly severities: readonly string[];
  readonly examples: readonly { readonly kind: string; readonly text: string }[];
}

const page = readFileSync(new URL('../../docs/CHECKS.md', import.meta.url), 'utf8');
const entries = page
  .split(/^## /m)
  .slice(1)
  .map((text): Entry => {
    const [, code = '', severities = ''] = /^([a-z-]+)\n\n(\w+(?:, \w+)*)\./.exec(text) ?? [];
    const examples = [...text.matchAll(/^```(\w+)\n(.*?)\n?```$/gms)].map(([, kind = '', lines = '']) => ({
      kind,
      text: lines,
    }));
    return { code, severities: severities.toLowerCase().split(', '), examples };
  });

t.test('every code has an entry, and every entry is a code', (t) => {
  t.strictSame(
    entries.map(({ code }) => code),
    [...CODES].sort(),
  );
  for (const { code, examples } of entries) t.ok(examples.length > 0, `${code} has an example`);
  t.notOk(
    CODES.some((code) => /error|warning|hint/.test(code)),
    'no severity in a code',
  );
  t.end();
});

const USUAL = ['interface eth0', 'virtual_router_id 5', 'virtual_ipaddress {\n10.0.0.1/24\n}'];

/** A whole file around the lines of an instance; what they say themselves is left out. */
function instance(lines: string, { head = '', name = 'VI_1' } = {}): string {
  const missing = USUAL.filter((line) => !new RegExp(`^\\s*${/^\w+/.exec(line)?.[0] ?? ''}\\b`, 'm').test(lines));
  return `${head}\nvrrp_instance ${name} {\n${lines}\n${missing.join('\n')}\n}\n`;
}

const scripted = (script: string, lines: string): string =>
  instance(`${lines}\n${lines.includes('track_script') ? 'track_script {\nchk\n}' : ''}\ntrack_script {\nchk\n}`, {
    head: `vrrp_script chk {\nscript "/usr/bin/check"\n${script}\n}`,
  });

const many = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join('\n');

/** Those that no text in a page can show. */
const MADE: Readonly<Record<string, string | undefined>> = {
  'line-too-long': instance(`notify_master "/${'x'.repeat(1_100)}"`),
  'missing-file': undefined,
  'nul-octet': instance('priority\0 100'),
  'too-many-addresses': instance(
    `virtual_ipaddress {\n${many(256, (index) => `10.0.${Math.floor(index / 200)}.${index % 200}/32`)}\n}`,
  ),
  'too-many-messages': instance(many(5_001, (index) => `foo${index} bar`)),
};

function textOf({ code, examples }: Entry): string | undefined {
  const [first, second] = examples;
  if (first?.kind === 'text') return MADE[code];
  if (first?.kind === 'conf') return first.text;
  if (first?.kind === 'global') return instance('', { head: `global_defs {\n${first.text}\n}` });
  if (first?.kind === 'script') return scripted(first.text, second?.text ?? '');
  return instance(first?.text ?? '');
}

function read(text: string | undefined) {
  return readConfig({
    file: 'keepalived.conf',
    load: (file) => (file === 'keepalived.conf' ? text : undefined),
    match: (pattern) =>
      pattern.includes('none')
        ? []
        : [{ file: pattern, ...(pattern.includes('executable') && { refusal: 'it is executable' }) }],
  });
}

function usable(text: string): Config {
  const { config, diagnostics } = read(text);
  if (config === undefined) throw new Error(diagnostics.map(({ words }) => words).join('; '));
  return config;
}

/** A host with eth0 and eth1, whose programs are what their names say. */
function hostFor(config: Config): HostFacts {
  const commands = commandsOf(config);
  const facts = (program: string): ProgramFacts => ({
    asRoot: true,
    ...(program.includes('none') && { problem: 'there is no such file' }),
    ...(program.includes('unsafe') && {
      unsafe: { path: '/usr/bin', why: 'belongs to user 7', remedy: 'chown root /usr/bin' },
    }),
  });
  const own = parseAddress('10.0.0.2');
  return {
    interfaces: new Map([
      ['eth0', own === undefined ? [] : [own]],
      ['eth1', []],
    ]),
    programs: new Map(commands.map((command) => [programKey(command), facts(command.argv[0])])),
    accounts: new Map(
      commands.flatMap((command) =>
        command.runAs?.user === 'nobodyhere' ? [[programKey(command), 'no such user']] : [],
      ),
    ),
  };
}

function pairOf({ examples }: Entry): readonly [Config, Config] {
  const [one, other] = examples.map(({ kind, text }) => {
    if (kind.startsWith('conf')) return usable(text);
    if (kind.startsWith('global'))
      return usable(instance(kind === 'global1' ? 'priority 110' : '', { head: `global_defs {\n${text}\n}` }));
    return usable(kind.startsWith('script') ? scripted('weight 2', text) : instance(text));
  });
  if (one === undefined || other === undefined) throw new Error('two files');
  return [one, other];
}

t.test('however many messages there are, the first error is one of them', (t) => {
  const { config, diagnostics } = readConfig({
    file: 'x',
    load: () => `${many(5_001, (n) => `foo${n} x`)}\nvrrp_script`,
  });
  t.equal(config, undefined);
  t.same(
    diagnostics.flatMap(({ severity, code, place }) => (severity === 'error' ? [`${code} ${place.line}`] : [])),
    ['missing-value 5002'],
  );
  t.end();
});

t.test('every example gives its code', (t) => {
  for (const entry of entries) {
    const kind = entry.examples[0]?.kind ?? '';
    const found = kind.endsWith('1')
      ? comparePair(pairOf(entry), ['node 1', 'node 2']).findings
      : kind === 'host'
        ? [usable(textOf(entry) ?? '')].flatMap((config) => checkHost(config, hostFor(config)))
        : read(textOf(entry)).diagnostics;
    const own = found.find(({ code }) => code === entry.code);
    t.ok(own, `${entry.code}: ${found.map(({ code }) => code).join(' ')}`);
    if (own) t.ok(entry.severities.includes(own.severity), `${entry.code} is ${own.severity}`);
  }
  t.end();
});
