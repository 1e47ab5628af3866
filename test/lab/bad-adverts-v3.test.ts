// Masters of version 2 and 3, on IPv6 and by unicast, under adverts that are to be dropped: each is counted by its reason,
// and no master's own adverts come as if anybody had spoken. RFC 5798 § 7.1; unicast: keepalived.conf(5).

import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { familyOf, isMulticast, VRRP_GROUPS, type IpAddress, type MacAddress } from '../../src/address.js';
import { encodeAdvertFrame } from '../../src/packet/advert-frame.js';
import type { Advert, AdvertHeader } from '../../src/packet/vrrp.js';
import { milliseconds } from '../../src/time.js';
import { longestGap } from './adverts.js';
import { logged, LoneHost } from './lone-host.js';

/** ms */
const INTERVALS = { 2: 1_000, 3: 200 } as const;
/** ms. What a busy machine may add to an interval; a master that listens to such an advert is silent for three. */
const SLACK = 350;
const ROUNDS = 3;
/** ms between two adverts to one master. */
const EACH = 300;
const OWN = '192.168.1.191' as IpAddress;
const PEERS = { ipv4: '192.168.1.193' as IpAddress, ipv6: 'fe80::193' as IpAddress } as const;
const STRANGER = '02:00:00:00:00:99' as MacAddress;

/** The virtual routers of one host. */
const ROUTERS = {
  'version 2': { id: 1, version: 2, address: '192.168.1.181' as IpAddress, group: VRRP_GROUPS.ipv4 },
  'version 3': { id: 2, version: 3, address: '192.168.1.182' as IpAddress, group: VRRP_GROUPS.ipv4 },
  'on IPv6': { id: 3, version: 3, address: 'fe80::183' as IpAddress, group: VRRP_GROUPS.ipv6 },
  unicast: { id: 4, version: 3, address: '192.168.1.184' as IpAddress, group: undefined },
} as const;
type Name = keyof typeof ROUTERS;
const NAMES = Object.keys(ROUTERS) as Name[];

const UNICAST = `
    unicast_src_ip ${OWN}
    check_unicast_src
    unicast_peer {
        ${PEERS.ipv4}
    }`;

const configuration = NAMES.map((name) => {
  const { id, version, address, group } = ROUTERS[name];
  return `vrrp_instance VI_${id} {
    state BACKUP
    interface eth0
    virtual_router_id ${id}
    priority 200
    version ${version}
    advert_int ${INTERVALS[version] / 1_000}${group === undefined ? UNICAST : ''}
    virtual_ipaddress {
        ${address}
    }
}
`;
}).join('');

/** An advert that would win the election, were it accepted, and with what it is sent. */
function goodFor(name: Name): { header: AdvertHeader; advert: Advert } {
  const { group: destination = OWN } = ROUTERS[name];
  const header = { source: PEERS[familyOf(destination)], destination, ttl: 255, identification: 1 };
  return { header, advert: advertOf(name, ROUTERS[name].version) };
}

function advertOf(name: Name, version: 2 | 3): Advert {
  const { id, address } = ROUTERS[name];
  const said = { virtualRouterId: id, priority: 250, addresses: [address], interval: milliseconds(INTERVALS[version]) };
  return version === 3 ? { ...said, version } : { ...said, version, authentication: { type: 'none' } };
}

/** What is wrong with an advert to this one. */
interface Fault {
  readonly router: Name;
  readonly reason: string;
  readonly header?: Partial<AdvertHeader>;
  readonly version?: 2 | 3;
  /** Its checksum is that of a packet from another host. */
  readonly hasForeignChecksum?: true;
}

const FAULTS: readonly Fault[] = [
  { router: 'version 2', reason: 'version', version: 3 },
  { router: 'version 3', reason: 'version', version: 2 },
  { router: 'version 3', reason: 'ttl', header: { ttl: 254 } },
  { router: 'version 3', reason: 'checksum', hasForeignChecksum: true },
  { router: 'version 3', reason: 'destination', header: { destination: OWN } },
  { router: 'on IPv6', reason: 'version', version: 2 },
  { router: 'on IPv6', reason: 'ttl', header: { ttl: 254 } },
  { router: 'on IPv6', reason: 'checksum', hasForeignChecksum: true },
  { router: 'unicast', reason: 'unicast-source', header: { source: '192.168.1.194' as IpAddress } },
  { router: 'unicast', reason: 'checksum', hasForeignChecksum: true },
  { router: 'unicast', reason: 'destination', header: { destination: VRRP_GROUPS.ipv4 } },
];

function frameOf({ router, header: change, version, hasForeignChecksum }: Fault, to: MacAddress): Buffer {
  const good = goodFor(router);
  const header = { ...good.header, ...change };
  const advert = version === undefined ? good.advert : advertOf(router, version);
  const encode = (one: AdvertHeader): Buffer =>
    encodeAdvertFrame(STRANGER, { header: one, advert, ...(!isMulticast(one.destination) && { destination: to }) });
  const frame = encode(header);
  if (!hasForeignChecksum) return frame;
  const other = encode({ ...header, source: header.source.replace('193', '195') as IpAddress });
  // Fixed part and one address: 12 octets, on IPv6 24.
  const body = frame.length - (familyOf(header.source) === 'ipv4' ? 12 : 24);
  return Buffer.concat([frame.subarray(0, body), other.subarray(body)]);
}

t.test('adverts that are to be dropped', async (t) => {
  const lone = await LoneHost.open('a', `${OWN}/24`);
  t.teardown(() => lone.close());
  // The peer of the unicast one, who has no host.
  await lone.namespace.ip('neighbour', 'add', PEERS.ipv4, 'lladdr', STRANGER, 'dev', 'eth0');
  const capture = await lone.capture();
  const job = await lone.start('vrrpd', configuration);
  for (const name of NAMES) await logged(job, `(VI_${ROUTERS[name].id}) Entering MASTER STATE`);
  const stranger = await lone.stranger();
  const before = (await capture.adverts()).length;
  for (let round = 0; round < ROUNDS; round += 1)
    for (let turn = 0; turn < 5; turn += 1) {
      for (const name of NAMES) {
        const fault = FAULTS.filter(({ router }) => router === name)[turn];
        if (fault !== undefined) stranger.send(frameOf(fault, lone.host.mac));
      }
      await sleep(EACH);
    }
  const { instances } = await lone.status();
  await capture.stop();
  const adverts = (await capture.adverts()).slice(before);
  for (const name of NAMES) {
    const { id, version } = ROUTERS[name];
    const expected = FAULTS.filter(({ router }) => router === name).map(({ reason }) => [reason, ROUNDS] as const);
    const own = instances.find((one) => one.virtualRouterId === id);
    t.match(
      own,
      { state: 'MASTER', adverts: { dropReasons: Object.fromEntries(expected) } },
      `${name}: all are counted`,
    );
    const said = adverts.filter(({ received }) => received.kind === 'advert' && received.advert.virtualRouterId === id);
    const gap = longestGap(said);
    t.ok(gap > 0 && gap < INTERVALS[version] + SLACK, `${name}: ${said.length} adverts, at most ${gap} ms apart`);
  }
  if (!t.passing()) t.comment(job.log.join('\n'));
});
