// Packets into a router: one that is not valid changes nothing but its counters and the log. Two routers live through the
// same story, one with the invalid packets and one without: they do the same at the same instants. What is valid is judged
// here from the octets alone. RFC 3768 § 7.1

import { VRRP_GROUPS } from '../../src/address.js';
import { internetChecksum } from '../../src/packet/checksum.js';
import { decodeIpv4Advert, encodeIpv4Advert } from '../../src/packet/vrrp.js';
import { milliseconds, seconds } from '../../src/time.js';
import { dropReasons } from '../../src/vrrp/statistics.js';
import type { Random } from '../../src/sim/random.js';
import { eth1, ip, TestHost } from '../vrrp/host.js';
import { mutate } from './mutation.js';
import { advertOctets } from './packets.js';
import { must, mustEqual, type Target } from './target.js';

/** Of what is heard, by the host's own configuration: VRID 91, one address, a password, each second. */
const OURS = { virtualRouterId: 91, address: '192.168.1.190', password: '1111' } as const;

/** A packet that the host takes, from a peer above or below it. */
const goodAdvert = (random: Random): Buffer =>
  encodeIpv4Advert(
    {
      source: ip(random.pick(['192.168.1.192', '192.168.1.7'])),
      destination: VRRP_GROUPS.ipv4,
      ttl: 255,
      identification: random.below(65_536),
    },
    {
      version: 2,
      virtualRouterId: OURS.virtualRouterId,
      priority: random.pick([0, 1, 100, 119, 120, 121, 254, 255]),
      interval: seconds(1),
      authentication: { type: 'PASS', password: OURS.password },
      addresses: [ip(OURS.address), ...random.list(1, () => ip('192.168.1.189'))],
    },
  );

function packetLine(random: Random): string {
  const good = random.chance(8) ? advertOctets(random) : goodAdvert(random);
  if (random.chance(4)) return `packet ${good.toString('hex')}`;
  const damaged = mutate(good, random, { words: [], other: goodAdvert(random) });
  // A packet that is damaged on purpose has a right checksum.
  if (random.chance(2) && damaged.length >= 28) {
    damaged.writeUInt16BE(0, 26);
    damaged.writeUInt16BE(internetChecksum(damaged.subarray(20)), 26);
  }
  return `packet ${damaged.subarray(0, 1_500).toString('hex')}`;
}

const stepLine = (random: Random): string =>
  random.chance(3)
    ? `pass ${random.pick([1, 300, 999, 1_000, 3_000, 4_000, 11_000])}`
    : random.chance(12)
      ? random.pick(['link down', 'link up', 'failover'])
      : packetLine(random);

/** By the octets alone: RFC 3768 § 7.1, with keepalived's check of the addresses' list. */
function isValid(octets: Buffer): boolean {
  if (octets.length < 20 || (octets[0] ?? 0) >> 4 !== 4 || octets[9] !== 112) return false;
  const header = ((octets[0] ?? 0) & 15) * 4;
  const vrrp = octets.subarray(header, octets.readUInt16BE(2));
  const [kind, id, , count = 0, authentication, interval] = vrrp;
  const addresses = Array.from({ length: count }, (_, index) => vrrp.subarray(8 + 4 * index, 12 + 4 * index).join('.'));
  return (
    octets[8] === 255 &&
    octets.subarray(16, 20).join('.') === VRRP_GROUPS.ipv4 &&
    octets.subarray(12, 16).join('.') !== '192.168.1.191' &&
    kind === 0x21 &&
    id === OURS.virtualRouterId &&
    authentication === 1 &&
    interval === 1 &&
    vrrp.length === 16 + 4 * count &&
    internetChecksum(vrrp) === 0 &&
    vrrp.subarray(-8).toString('latin1').replace(/\0+$/, '') === OURS.password &&
    addresses.includes(OURS.address)
  );
}

const deaf = (host: TestHost): boolean => ['INIT', 'FAULT'].includes(host.state);

/** What must not differ; a summary of drops has a deadline too, so that is no part of it. */
function shape({ router, instance, at }: TestHost): unknown {
  const { state, priority, master, lower, history, hasYielded, listDifference, announcedAt } = instance;
  const { advertsHeard, advertsSent, addressListsDiffer, priorityZeroHeard } = instance.statistics;
  const counted = [advertsHeard, advertsSent, addressListsDiffer, priorityZeroHeard];
  const up = router.surroundings.links.get('eth1')?.up;
  return [state, priority, master, lower, history[0], hasYielded, listDifference, announcedAt, counted, up, at];
}

const countDrops = ({ instance, router: { unclaimed } }: TestHost): number =>
  dropReasons.reduce(
    (sum, reason) => sum + instance.statistics.dropped[reason],
    unclaimed.unreadable + unclaimed.unknownVirtualRouter,
  );

function hear(host: TestHost, octets: Buffer): string[] {
  return host.give({ kind: 'packet', interface: 'eth1', packet: decodeIpv4Advert(octets) });
}

/** One line of the story; the other host does not get what is invalid. */
function play(line: string, [host, other]: readonly [TestHost, TestHost]): void {
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
  words: ['packet ', 'pass 1000\n', 'link down\n', 'link up\n', '45c0', '21'],
  input: (random) => Buffer.from([...random.list(12, () => stepLine(random)), stepLine(random), ''].join('\n')),
  check: (input) => {
    const hosts = [new TestHost(), new TestHost()] as const;
    for (const host of hosts) host.start();
    for (const line of input.toString('latin1').split('\n').slice(0, 100)) {
      play(line, hosts);
      mustEqual(shape(hosts[0]), shape(hosts[1]), 'an invalid packet changes nothing');
    }
    must(hosts[0].log.length <= 2_000, 'the log is limited');
  },
};
