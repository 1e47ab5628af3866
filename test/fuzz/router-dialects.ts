// What a router of the fuzz speaks: version 2, version 3, IPv6 or unicast. Each dialect has its packets, and says from the
// octets alone which of them count. RFC 3768 § 7.1, RFC 5798 § 7.1, RFC 9568 § 7.1, with keepalived's order of checks.

import { addressFromOctets, VRRP_GROUPS, type IpAddress } from '../../src/address.js';
import type { VrrpInstance } from '../../src/config/model.js';
import { encodeAdvertPacket } from '../../src/packet/advert-frame.js';
import { internetChecksum } from '../../src/packet/checksum.js';
import type { Advert, AdvertHeader } from '../../src/packet/vrrp.js';
import { centiseconds, seconds } from '../../src/time.js';
import type { Random } from '../../src/sim/random.js';
import { ip, ipv6, unicastTo, VERSION_3 } from '../vrrp/host.js';

const ID = 91;
const PASSWORD = '1111';
const [V2_KIND, V3_KIND] = [0x21, 0x31];
const PEERS = ['192.168.1.192', '192.168.1.7'] as const;
const OWN = '192.168.1.191';

export interface Dialect {
  /** Of the instance, in which it is not `anInstance`. */
  readonly changes: Partial<VrrpInstance>;
  /** A packet that the host takes, from a peer above or below it. */
  readonly good: (random: Random) => Buffer;
  readonly isValid: (octets: Buffer) => boolean;
}

const common = (random: Random) => ({
  virtualRouterId: ID,
  priority: random.pick([0, 1, 100, 119, 120, 121, 254, 255]),
});

const v3 = (random: Random, ...addresses: readonly IpAddress[]): Advert => ({
  version: 3,
  ...common(random),
  interval: centiseconds(random.pick([1, 100, 100, 300, 4095])),
  addresses,
});

const header = (random: Random, ends: { source: string; destination: IpAddress }): AdvertHeader => ({
  ...ends,
  source: ip(ends.source),
  ttl: 255,
  identification: random.below(65_536),
});

/** The parts of a packet that counts by its IP header; undefined when there is none. */
function readIp(
  octets: Buffer,
): { source: string; destination: string; ends: Buffer; ttl: number; vrrp: Buffer } | undefined {
  const isIpv6 = (octets[0] ?? 0) >> 4 === 6;
  if (octets.length < (isIpv6 ? 40 : 20) || octets[isIpv6 ? 6 : 9] !== 112) return undefined;
  if (!isIpv6 && (octets[0] ?? 0) >> 4 !== 4) return undefined;
  const start = isIpv6 ? 40 : ((octets[0] ?? 0) & 15) * 4;
  const length = isIpv6 ? 40 + octets.readUInt16BE(4) : octets.readUInt16BE(2);
  if (start < (isIpv6 ? 40 : 20) || length < start || length > octets.length) return undefined;
  const [from, each] = isIpv6 ? [8, 16] : [12, 4];
  const ends = octets.subarray(from, from + 2 * each);
  const [source, destination] = [ends.subarray(0, each), ends.subarray(each)].map(addressFromOctets);
  const ttl = octets[isIpv6 ? 7 : 8] ?? 0;
  return { source: source ?? '', destination: destination ?? '', ends, ttl, vrrp: octets.subarray(start, length) };
}

/** Of the VRRP part with the words of this pseudo header. */
function sumsUp(vrrp: Buffer, ends?: Buffer): boolean {
  let sum = ends ? 112 + vrrp.length : 0;
  for (let index = 0; ends && index < ends.length; index += 2) sum += ends.readUInt16BE(index);
  return internetChecksum(vrrp, sum) === 0;
}

/** The list fits the count, and shares an address with ours. */
function lists(vrrp: Buffer, { each, rest, ours }: { each: 4 | 16; rest: number; ours: string }): boolean {
  const count = vrrp[3] ?? 0;
  if (vrrp.length !== 8 + each * count + rest) return false;
  const listed = Array.from({ length: count }, (_, index) => vrrp.subarray(8 + each * index, 8 + each * (index + 1)));
  return listed.some((octets) => addressFromOctets(octets) === ours);
}

const isOfVersion3 = (vrrp: Buffer): boolean =>
  vrrp[0] === V3_KIND && vrrp[1] === ID && vrrp.length >= 8 && (vrrp.readUInt16BE(4) & 0x0fff) > 0;

const toOldGroup = (ends: Buffer): Buffer => Buffer.concat([ends.subarray(0, 4), Buffer.from([224, 0, 0, 18])]);

const ADDRESS = '192.168.1.190';
const ADDRESS_V6 = '2001:db8::190';
const more = (random: Random, address: string): IpAddress[] => random.list(1, () => ip(address));

export const DIALECTS: Readonly<Record<string, Dialect>> = {
  v2: {
    changes: {},
    good: (random) =>
      encodeAdvertPacket(header(random, { source: random.pick(PEERS), destination: VRRP_GROUPS.ipv4 }), {
        ...{ version: 2, ...common(random), interval: seconds(1) },
        authentication: { type: 'PASS', password: PASSWORD },
        addresses: [ip(ADDRESS), ...more(random, '192.168.1.189')],
      }),
    isValid: (octets) => {
      const read = readIp(octets);
      if (read?.ttl !== 255 || read.destination !== VRRP_GROUPS.ipv4 || read.source === OWN) return false;
      const { vrrp } = read;
      const [kind, id, , , authentication, interval] = vrrp;
      const password = vrrp.subarray(-8).toString('latin1').replace(/\0+$/, '');
      if (kind !== V2_KIND || id !== ID || authentication !== 1 || interval !== 1 || password !== PASSWORD)
        return false;
      return sumsUp(vrrp) && lists(vrrp, { each: 4, rest: 8, ours: ADDRESS });
    },
  },
  v3: {
    changes: VERSION_3,
    good: (random) =>
      encodeAdvertPacket(
        {
          ...header(random, { source: random.pick(PEERS), destination: VRRP_GROUPS.ipv4 }),
          ...(random.chance(3) && { checksum: 'plain' }),
        },
        v3(random, ip(ADDRESS), ...more(random, '192.168.1.189')),
      ),
    isValid: (octets) => {
      const read = readIp(octets);
      if (read?.ttl !== 255 || read.destination !== VRRP_GROUPS.ipv4 || read.source === OWN) return false;
      const { vrrp, ends } = read;
      if (!isOfVersion3(vrrp) || !(sumsUp(vrrp, ends) || sumsUp(vrrp))) return false;
      return lists(vrrp, { each: 4, rest: 0, ours: ADDRESS });
    },
  },
  ipv6: {
    changes: ipv6(ADDRESS_V6),
    good: (random) =>
      encodeAdvertPacket(
        header(random, { source: random.pick(['fe80::192', 'fe80::7']), destination: VRRP_GROUPS.ipv6 }),
        v3(random, ip(ADDRESS_V6), ...more(random, '2001:db8::189')),
      ),
    isValid: (octets) => {
      const read = readIp(octets);
      if (read?.ttl !== 255 || read.destination !== VRRP_GROUPS.ipv6 || read.source === 'fe80::191') return false;
      const { vrrp, ends } = read;
      return isOfVersion3(vrrp) && sumsUp(vrrp, ends) && lists(vrrp, { each: 16, rest: 0, ours: ADDRESS_V6 });
    },
  },
  unicast: {
    changes: { ...VERSION_3, ...unicastTo([OWN, ...PEERS], { checkSrc: true }) },
    good: (random) =>
      encodeAdvertPacket(
        {
          ...header(random, { source: random.pick(PEERS), destination: ip(OWN) }),
          ttl: random.pick([1, 64, 255]),
          ...(random.chance(3) && { checksum: random.pick(['plain', 'group']) }),
        },
        v3(random, ip(ADDRESS), ...more(random, '192.168.1.189')),
      ),
    isValid: (octets) => {
      const read = readIp(octets);
      if (read?.ends.length !== 8 || /^(22[4-9]|23\d)\./.test(read.destination)) return false;
      if (!PEERS.some((peer) => peer === read.source)) return false;
      const { vrrp, ends } = read;
      if (!isOfVersion3(vrrp) || ![ends, toOldGroup(ends), undefined].some((one) => sumsUp(vrrp, one))) return false;
      return lists(vrrp, { each: 4, rest: 0, ours: ADDRESS });
    },
  },
};
