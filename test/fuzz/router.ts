// Packets into a router: one that is not valid changes nothing but its counters and the log. Two routers live through the
// same story, one with the invalid packets and one without: they do the same at the same instants. What is valid is judged
// here from the octets alone. RFC 3768 § 7.1

import { decodeAdvertPacket } from '../../src/packet/advert-frame.js';
import { internetChecksum, pseudoHeaderSum } from '../../src/packet/checksum.js';
import { milliseconds } from '../../src/time.js';
import { dropReasons } from '../../src/vrrp/statistics.js';
import type { Random } from '../../src/sim/random.js';
import { anInstance, eth1, TestHost } from '../vrrp/host.js';
import { mutate } from './mutation.js';
import { advertOctets } from './packets.js';
import { DIALECTS, type Dialect } from './router-dialects.js';
import { must, mustEqual, type Target } from './target.js';

const OTHERS = Object.values(DIALECTS);

function packetLine(random: Random, { good: goodAdvert }: Dialect): string {
  const stranger = random.chance(2) ? advertOctets : random.pick(OTHERS).good;
  const good = random.chance(8) ? stranger(random) : goodAdvert(random);
  if (random.chance(4)) return `packet ${good.toString('hex')}`;
  const damaged = mutate(good, random, { words: [], other: goodAdvert(random) });
  // A packet that is damaged on purpose has a right checksum.
  if (random.chance(2)) correct(damaged);
  return `packet ${damaged.subarray(0, 1_500).toString('hex')}`;
}

/** As version 2 and RFC 9568 have it on IPv4; on IPv6 with the words of the pseudo header. */
function correct(packet: Buffer): void {
  const [ends, start] = (packet[0] ?? 0) >> 4 === 6 ? [packet.subarray(8, 40), 40] : [packet.subarray(0, 0), 20];
  if (packet.length < start + 8) return;
  const vrrp = packet.subarray(start);
  vrrp.writeUInt16BE(0, 6);
  const sum = ends.length === 0 ? 0 : pseudoHeaderSum(ends, { protocol: 112, length: vrrp.length });
  vrrp.writeUInt16BE(internetChecksum(vrrp, sum), 6);
}

const stepLine = (random: Random, dialect: Dialect): string =>
  random.chance(3)
    ? `pass ${random.pick([1, 300, 999, 1_000, 3_000, 4_000, 11_000])}`
    : random.chance(12)
      ? random.pick(['link down', 'link up', 'failover'])
      : packetLine(random, dialect);

const deaf = (host: TestHost): boolean => ['INIT', 'FAULT'].includes(host.state);

/** What must not differ; a summary of drops has a deadline too, so that is no part of it. */
function shape({ router, instance, at }: TestHost): unknown {
  const { state, priority, master, lower, history, hasYielded, listDifference, announcedAt, oldChecksums } = instance;
  const { advertsHeard, advertsSent, addressListsDiffer, priorityZeroHeard } = instance.statistics;
  const counted = [advertsHeard, advertsSent, addressListsDiffer, priorityZeroHeard];
  const up = router.surroundings.links.get('eth1')?.up;
  return [
    state,
    priority,
    master,
    lower,
    history[0],
    hasYielded,
    listDifference,
    announcedAt,
    oldChecksums,
    counted,
    up,
    at,
  ];
}

const countDrops = ({ instance, router: { unclaimed } }: TestHost): number =>
  dropReasons.reduce(
    (sum, reason) => sum + instance.statistics.dropped[reason],
    unclaimed.unreadable + unclaimed.unknownVirtualRouter,
  );

function hear(host: TestHost, octets: Buffer): string[] {
  return host.give({ kind: 'packet', interface: 'eth1', packet: decodeAdvertPacket(octets) });
}

/** One line of the story; the other host does not get what is invalid. */
function play(line: string, { isValid }: Dialect, [host, other]: readonly [TestHost, TestHost]): void {
  const [what = '', word = ''] = line.split(' ');
  const both = (act: (host: TestHost) => string[]): void => mustEqual(act(host), act(other), `${what} does the same`);
  if (what === 'pass') both((each) => each.pass(milliseconds(Math.min(60_000, Number(word) || 1))));
  else if (what === 'link') both((each) => each.link('eth1', { ...eth1, up: word !== 'down' }));
  else if (what === 'failover') both((each) => each.give({ kind: 'failover', name: 'VI_1' }));
  else if (what === 'packet') {
    const octets = Buffer.from(word, 'hex');
    if (isValid(octets)) {
      both((each) => hear(each, octets));
      return;
    }
    const [before, heard] = [countDrops(host), host.instance.statistics.advertsHeard];
    const isDeaf = deaf(host);
    const effects = hear(host, octets);
    mustEqual(effects, [], 'an invalid packet has no effect');
    must(host.instance.statistics.advertsHeard === heard, 'an invalid packet does not count as heard');
    const counted = countDrops(host) - before;
    must(counted === 1 || (isDeaf && counted === 0), 'an invalid packet is counted once');
  }
}

export const router: Target = {
  name: 'router',
  share: 2,
  seeds: [],
  words: [
    'speak v3\n',
    'speak ipv6\n',
    'speak unicast\n',
    'packet ',
    'pass 1000\n',
    'link down\n',
    'link up\n',
    '45c0',
    '21',
  ],
  input: (random) => {
    const [name, dialect] = random.pick(Object.entries(DIALECTS));
    return Buffer.from([`speak ${name}`, ...random.list(12, () => stepLine(random, dialect)), ''].join('\n'));
  },
  check: (input) => {
    const lines = input.toString('latin1').split('\n').slice(0, 100);
    const dialect = DIALECTS[/^speak (\w+)/.exec(lines[0] ?? '')?.[1] ?? ''] ?? DIALECTS.v2;
    if (!dialect) return;
    const parts = { instances: [anInstance(dialect.changes)] };
    const hosts = [new TestHost(parts), new TestHost(parts)] as const;
    for (const host of hosts) host.start();
    for (const line of lines) {
      play(line, dialect, hosts);
      mustEqual(shape(hosts[0]), shape(hosts[1]), 'an invalid packet changes nothing');
    }
    must(hosts[0].log.length <= 2_000, 'the log is limited');
  },
};
