// The crash note: whatever is in the file, it is understood or said to be none; no address is in what is understood that
// is not in the file; and a router that starts with it touches none that is not its own or noted.

import { createHash } from 'node:crypto';
import { decodeNote, firstLine, instanceLine, NoteHead, timeLine } from '../../src/daemon/note-text.js';
import { instant, seconds } from '../../src/time.js';
import { behavioursOf } from '../../src/vrrp/behaviour.js';
import { leftOf, type Left, type NotedInstance } from '../../src/vrrp/note.js';
import { orphans, recallFindings, resumption } from '../../src/vrrp/resumption.js';
import type { Random } from '../../src/sim/random.js';
import { aFile, anAddress, anInstance, aProcess, aScript, eth1, ip, TestHost, tracked } from '../vrrp/host.js';
import { must, wordsOf, type Target } from './target.js';

const ORIGIN = { boot: '3e1f7f0e-5d0b-4a43-9a9b-3f6f0a5d0c11', network: 'net:[4026531840]' };
const NOW = instant(1_000_000_000);
const ADDRESSES = ['192.168.1.190', '192.168.1.200', '10.0.0.1', '2001:db8::1'];

const host = new TestHost(
  {
    instances: [
      anInstance({ tracks: [tracked({ weight: 5 }), tracked({ kind: 'file', name: 'hand' })] }),
      anInstance({ name: 'VI_2', virtualRouterId: 92, virtualAddresses: [anAddress('192.168.1.200')] }),
    ],
    scripts: [aScript()],
    files: [aFile()],
    processes: [aProcess()],
  },
  { eth1: { ...eth1, addresses: ADDRESSES.slice(0, 3).map((address) => ({ address: ip(address), length: 32 })) } },
);
const now = behavioursOf(host.router.config);

const anyInstance = (random: Random): NotedInstance => ({
  name: random.pick(['VI_1', 'VI_2', 'VI_3', '__proto__']),
  interface: 'eth1',
  virtualRouterId: random.pick([91, 92, 0]),
  family: 'ipv4',
  lastAdvertAt: instant(NOW - random.between(-10, 5_000_000)),
  longestSilence: seconds(4),
  addresses: random.list(3, () => ({
    dev: random.pick(['eth1', 'eth9']),
    address: ip(random.pick(ADDRESSES)),
    length: 32,
    ...(random.chance(5) && { peer: { address: ip('10.0.0.2'), length: 30 } }),
  })),
  isReleasing: random.chance(4),
  hasYielded: random.chance(4),
  removals: random.list(2, () => ({ what: '192.168.1.190/32 eth1', at: NOW })),
});

/** One that another process of this configuration, or of another, may have written. */
function aNote(random: Random): string {
  const fingerprints = random.chance(3) ? new Map<string, string>() : now;
  const context = { origin: ORIGIN, fingerprints };
  const instances = random.list(3, () => anyInstance(random));
  const findings = {
    scripts: random.list(1, () => ({ name: 'chk', up: random.chance(2), result: random.between(-3, 9) })),
    files: random.list(1, () => ({ name: 'hand', value: random.between(-300, 300) })),
    processes: random.list(1, () => ({ name: 'web', up: random.chance(2) })),
  };
  const resumes = random.list(4, () => instant(NOW - random.below(90_000_000)));
  const head = new NoteHead();
  head.add([firstLine({ resumes, findings }, context), ...instances.map((one) => instanceLine(one, context))]);
  return head.end().toString() + instances.map(({ lastAdvertAt }) => timeLine(lastAdvertAt)).join('');
}

/** A damaged one whose checksum is right, as nobody but a forger writes it. */
function summed(text: string): string {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => line.startsWith('{"sha256"'));
  if (at === -1) return text;
  const before = lines.slice(0, at).map((line) => `${line}\n`);
  const sha256 = createHash('sha256').update(before.join('')).digest('hex');
  return [...lines.slice(0, at), JSON.stringify({ sha256 }), ...lines.slice(at + 1)].join('\n');
}

/** All texts that are in a value of JSON. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

function check(text: string): void {
  let read: ReturnType<typeof decodeNote>;
  try {
    read = decodeNote(text, ORIGIN);
  } catch (error) {
    must(error instanceof SyntaxError && error.message.length < 300, `what is wrong is said: ${String(error)}`);
    return;
  }
  if (read === 'foreign') return;
  const written = new Set(text.split('\n').flatMap((line) => (line === '' ? [] : textsIn(JSON.parse(line)))));
  for (const { addresses, lastAdvertAt } of read.note.instances) {
    must(Number.isSafeInteger(lastAdvertAt), 'an instant is whole µs');
    for (const { address } of addresses) must(written.has(address), `${address} is in the note`);
  }
  act(leftOf(read.note, { then: read.fingerprints, now }));
}

function act(left: Left): void {
  const { surroundings, instances, config } = host.router;
  recallFindings(left, surroundings, NOW);
  must(surroundings.resumes.length <= left.resumes.length, 'no resume is made up');
  const noted = new Set(left.instances.flatMap(({ addresses }) => addresses.map(({ address }) => address)));
  for (const [instance, { addresses }] of resumption(left, instances.values(), NOW))
    for (const address of addresses) {
      must(instance.addresses.includes(address), `${address.prefix.address} is of ${instance.config.name}`);
      must(noted.has(address.prefix.address), `${address.prefix.address} was noted`);
    }
  for (const { prefix } of orphans(left, config)) must(noted.has(prefix.address), `${prefix.address} was noted`);
  const { result = 0 } = surroundings.scripts.get('chk')?.findings ?? {};
  must(result >= 0 && result <= 1, `a counter is ${result}`);
}

export const crashNote: Target = {
  name: 'crash note',
  share: 6,
  seeds: [],
  words: [
    ...wordsOf('{ } [ ] , : "name" "addresses" "lastAdvertAt" "again" "resumes" "findings" "removals" "up" null true'),
    ...wordsOf('-1 1e400 0.5 9007199254740993 "__proto__" "constructor" \\u0000 "192.168.1.1" "::ffff:1.2.3.4"'),
    '\n',
  ],
  input: (random) => Buffer.from(aNote(random)),
  check: (input) => {
    const text = input.toString('utf8');
    check(text);
    check(summed(text));
  },
};
