// The lines of a recording and their replay: every input comes back as it was, every storm replays to equal effects, a
// planted difference is found where it is, and no password is in a line.

import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import t from 'tap';
import type { MacAddress } from '../../src/address.js';
import type { Config, Route } from '../../src/config/model.js';
import { loadConfiguration } from '../../src/daemon/configuration.js';
import { RecordingReader, RecordingWriter, type Head } from '../../src/daemon/recording.js';
import { Replay, type Played } from '../../src/daemon/replay.js';
import { instant, seconds } from '../../src/time.js';
import type { Input } from '../../src/vrrp/input.js';
import { Router } from '../../src/vrrp/router.js';
import type { Step } from '../../src/vrrp/step.js';
import { Random } from '../../src/sim/random.js';
import { aConfig, anAdvert, anInstance, aProcess, aScript, eth1, ip, succeeded } from '../vrrp/host.js';
import { Storm } from '../vrrp/random-storm.js';

const STORMS = Number(process.env.STORM ?? 40);
const ORIGIN = { vrrpd: '0.1.0', host: 'lb1', time: '2026-11-21T03:12:07.250+01:00', at: instant(1_000_000_000) };

/** With nothing in the places where secrets are found. */
const withoutSecrets = (config: Config): unknown =>
  JSON.parse(
    JSON.stringify(config, (name, value: unknown) => {
      if (name === 'argv' && Array.isArray(value)) return [value[0] as unknown, value.length];
      return name === 'password' || name === 'kept' ? '' : value;
    }),
  );

/** Each with all that it may have. */
const entry: Route = {
  kind: 'route',
  type: 'unicast',
  to: { address: ip('10.8.0.0'), length: 16 },
  dev: 'eth1',
} as Route;
const inputs: Readonly<Record<Input['kind'], readonly Input[]>> = {
  start: [{ kind: 'start' }],
  stop: [{ kind: 'stop', cause: 'SIGTERM' }],
  reload: [
    {
      kind: 'reload',
      config: aConfig({ instances: [anInstance({ authentication: { type: 'none' } })], processes: [aProcess()] }),
    },
  ],
  tick: [{ kind: 'tick' }],
  packet: [
    anAdvert({ priority: 100, authentication: { type: 'none' } }),
    anAdvert({ priority: 100, authentication: { type: 'other', number: 7 } }),
    anAdvert({ priority: 0, version: 3, ttl: 1, checksumValid: false, addresses: [] }),
    { kind: 'packet', interface: 'eth1', packet: { kind: 'unreadable', reason: 'ip-header' } },
    {
      kind: 'packet',
      interface: 'eth1',
      packet: {
        kind: 'malformed',
        source: ip('10.0.0.1'),
        destination: ip('10.0.0.2'),
        ttl: 255,
        virtualRouterId: 91,
        reason: 'length',
        found: 'length 9',
      },
    },
  ],
  link: [
    { kind: 'link', interface: 'eth1', link: eth1 },
    { kind: 'link', interface: 'eth1' },
  ],
  'address-removed': [{ kind: 'address-removed', interface: 'eth1', address: ip('2001:db8::1') }],
  'route-removed': [{ kind: 'route-removed', entry }],
  claim: [
    {
      kind: 'claim',
      interface: 'eth1',
      address: ip('192.168.1.190'),
      mac: '02:00:00:00:00:07' as MacAddress,
      isAnswer: true,
    },
  ],
  'connections-reset': [{ kind: 'connections-reset', addresses: [ip('192.168.1.190')], count: 3 }],
  'script-begun': [{ kind: 'script-begun', script: 'chk "x"\n\u{1f600}\ud800' }],
  script: [
    {
      kind: 'script',
      script: 'chk',
      outcome: { kind: 'exited', code: 1, milliseconds: 31, output: 'a\u2028b\u0000\n' },
    },
    {
      kind: 'script',
      script: 'chk',
      outcome: { kind: 'signalled', signal: 'SIGTERM', milliseconds: 0.25, output: '' },
    },
    { kind: 'script', script: 'chk', outcome: { kind: 'cannot-run', error: 'no such file' } },
    { kind: 'script', script: 'chk', outcome: { kind: 'overran', limit: seconds(2) } },
  ],
  file: [
    { kind: 'file', name: 'hand', reading: { kind: 'number', value: -2_147_483_648 } },
    { kind: 'file', name: 'hand', reading: { kind: 'nothing' } },
    { kind: 'file', name: 'hand', reading: { kind: 'unusable', problem: 'no number' } },
  ],
  process: [{ kind: 'process', name: 'web', count: 3 }],
  failover: [{ kind: 'failover', name: 'VI_1' }],
  maintenance: [
    { kind: 'maintenance', on: false },
    { kind: 'maintenance', on: true },
    { kind: 'maintenance', on: true, until: instant(2 ** 52) },
  ],
  failed: [
    { kind: 'failed', effect: 'add-address', interface: 'eth1', address: ip('10.0.0.1'), error: 'File exists' },
    { kind: 'failed', effect: 'add-route', interface: '', entry, error: 'network is down' },
  ],
};

t.test('every kind of input comes back as it was', (t) => {
  const [writer, reader] = [new RecordingWriter(), new RecordingReader()];
  reader.read(writer.head({ ...ORIGIN, config: aConfig({}) }));
  let at = ORIGIN.at;
  for (const input of Object.values(inputs).flat()) {
    at = instant(at + 1_234_567);
    for (const step of [
      { at, input, effects: [] },
      { at: instant(at + 1), input, effects: [], thrown: 'Error: x' },
    ])
      t.strictSame(reader.read(writer.step(step)), step, input.kind);
  }
  t.end();
});

t.test('a configuration of the field comes back as it was, but for its secrets', (t) => {
  const folder = fileURLToPath(new URL('../fixtures/layouts/', import.meta.url));
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.conf'));
  const configs = files.flatMap((file) => loadConfiguration({ file: `${folder}${file}` }).config ?? []);
  t.ok(configs.length >= 8, `${configs.length} of ${files.length} files`);
  for (const config of configs) {
    t.strictSame(JSON.parse(JSON.stringify(config)), config, 'it is plain JSON');
    const { config: read } = new RecordingReader().read(new RecordingWriter().head({ ...ORIGIN, config })) as Head;
    t.strictSame(withoutSecrets(read), withoutSecrets(config));
  }
  t.end();
});

/** What a replay says of lines, in their order. */
const replayed = (lines: readonly string[]): Played[] => {
  const replay = new Replay();
  return lines.map((line) => replay.play(line));
};
const differs = (played: Played): boolean => played.kind === 'step' && played.difference !== undefined;

t.test(`${STORMS} storms, with gaps, replay to equal effects`, (t) => {
  for (let seed = 0; seed < STORMS; seed += 1) {
    const storm = new Storm(seed);
    storm.blow();
    const { host } = storm;
    const random = new Random(seed);
    const writer = new RecordingWriter();
    const router = new Router(host.config, ORIGIN.at);
    const lines = [writer.head({ ...ORIGIN, config: host.config })];
    for (const [index, { at, input }] of host.inputs.entries()) {
      router.handle(input, at);
      if (random.chance(60))
        lines.push(writer.head({ ...ORIGIN, at, lost: 1, config: router.config, memory: router.memory }));
      else lines.push(writer.step({ at, input, effects: host.effects[index] ?? [] }));
    }
    const wrong = replayed(lines).findIndex(differs);
    if (wrong !== -1) t.fail(`storm ${seed}, line ${wrong + 1}: ${lines[wrong]}`);
  }
  t.pass(`${STORMS} storms`);
  t.end();
});

/** The lines of a host that takes over and goes on for so many seconds. */
function serving(count: number): string[] {
  const config = aConfig({ instances: [anInstance()], scripts: [aScript()] });
  const router = new Router(config, ORIGIN.at);
  const writer = new RecordingWriter();
  const lines = [writer.head({ ...ORIGIN, config })];
  const give = (input: Input): void => {
    const at = input.kind === 'tick' ? (router.nextDeadline() ?? ORIGIN.at) : ORIGIN.at;
    lines.push(writer.step({ at, input, effects: router.handle(input, at) }));
  };
  give({ kind: 'link', interface: 'eth1', link: eth1 });
  give({ kind: 'start' });
  for (let index = 0; index < count; index += 1) give({ kind: 'tick' });
  return lines;
}

t.test('what happens each second costs few octets', (t) => {
  const lines = serving(10_000);
  t.ok(lines.join('').length / lines.length < 20, `${lines.join('').length} octets in ${lines.length} lines`);
  t.notOk(replayed(lines).some(differs));
  t.end();
});

t.test('what happens again after thousands of others is written again', (t) => {
  const writer = new RecordingWriter();
  const reader = new RecordingReader();
  reader.read(writer.head({ ...ORIGIN, config: aConfig({}) }));
  const steps = Array.from({ length: 20_000 }, (_, index): Step => {
    const name = index % 5_000 === 0 ? 'the same' : `VI_${index % 4_500}`;
    return { at: instant(ORIGIN.at + index), input: { kind: 'failover', name }, effects: [] };
  });
  const wrong = steps.findIndex((step) => !isDeepStrictEqual(reader.read(writer.step(step)), step));
  t.equal(wrong === -1 ? 'none' : wrong, 'none');
  t.end();
});

t.test('a planted difference is found where it is', (t) => {
  const lines = serving(3);
  const plant = (index: number, from: string, to: string) => {
    t.match(lines[index], from);
    const played = replayed(lines.map((line, other) => (other === index ? line.replace(from, to) : line)));
    const wrong = played.findIndex(differs);
    const found = played[wrong];
    return { wrong, difference: found?.kind === 'step' ? found.difference : undefined };
  };
  t.match(plant(3, '"text":"(VI_1) Entering MASTER', '"text":"(VI_1) Entering BACKUP'), {
    wrong: 3,
    difference: { expected: { text: /BACKUP/ }, got: { text: /MASTER/ } },
  });
  t.match(plant(3, '"after":3531250', '"after":3531249'), { wrong: 3, difference: { effect: 1, got: undefined } });
  t.match(plant(0, '"priority":120', '"priority":121'), { wrong: 2 });
  t.match(plant(2, '"effects":[', '"thrown":"Error: x","effects":['), {
    difference: { expected: 'internal error: Error: x', got: { kind: 'open-link' } },
  });
  t.end();
});

t.test('a line that is none', (t) => {
  const [head = '', first = ''] = serving(1);
  const cases: [string[], RegExp][] = [
    [['hello'], /JSON/],
    [['{"global_defs":1}'], /does not begin as a recording/],
    [[first], /does not begin as a recording/],
    [[head.replace('"recording":1', '"recording":2')], /format 2, this program knows 1/],
    [[head, '{"after":1,"input":{"kind":"tick"}}'], /no record/],
    [[head, first, '[1,2]'], /no record 2 lines above/],
    [[head, first, '[1,0]'], /no record 0 lines above/],
    [[head, '"text"'], /no record/],
  ];
  for (const [lines, words] of cases) t.throws(() => replayed(lines), words, lines.at(-1) ?? '');
  t.end();
});

t.test('no secret is in a line, and equal ones have equal stand-ins', (t) => {
  const secret = 'geheim-7';
  const own = anInstance({ authentication: { type: 'PASS', password: secret }, kept: [`auth_key ${secret}`] });
  const script = aScript({ command: { argv: ['/bin/check', '-p', secret], place: own.place } });
  const config = aConfig({ instances: [own], scripts: [script] });
  const writer = new RecordingWriter();
  const router = new Router(config, ORIGIN.at);
  const lines = [writer.head({ ...ORIGIN, config })];
  const pass = (password: string) => anAdvert({ priority: 200, authentication: { type: 'PASS', password } });
  const given: Input[] = [
    { kind: 'link', interface: 'eth1', link: eth1 },
    { kind: 'start' },
    pass(secret),
    pass('another7'),
    pass(''),
    { kind: 'reload', config: { ...config, vrrpInstances: [{ ...own, priority: 210 }] } },
    pass(secret),
  ];
  for (const input of given)
    lines.push(writer.step({ at: ORIGIN.at, input, effects: router.handle(input, ORIGIN.at) }));
  lines.push(writer.head({ ...ORIGIN, config: router.config, memory: router.memory }));
  t.notMatch(lines.join(''), secret);
  t.notMatch(lines.join(''), 'another7');
  t.notOk(replayed(lines).some(differs));
  const stands = (line = '') => /"password":"([^"]*)"/.exec(line)?.[1];
  t.match(stands(lines[0]), /^[0-9a-f]{8}$/, 'as long as a password may be');
  t.equal(stands(lines[3]), stands(lines[0]));
  t.not(stands(lines[4]), stands(lines[0]));
  t.equal(stands(lines[5]), '');
  t.equal(stands(lines[8]), stands(lines[0]), 'in each part of a recording');
  const other = new RecordingWriter().head({ ...ORIGIN, config });
  t.not(stands(other), stands(lines[0]), 'in another recording it is another one');
  t.end();
});

t.test('a check that succeeds again and again is short too', (t) => {
  const writer = new RecordingWriter();
  writer.head({ ...ORIGIN, config: aConfig({}) });
  const step: Step = { at: ORIGIN.at, input: { kind: 'script', script: 'chk', outcome: succeeded }, effects: [] };
  t.match(writer.step(step), 'milliseconds');
  t.equal(writer.step(step), '[0,1]\n');
  t.end();
});
