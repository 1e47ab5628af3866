// A master under bad adverts from somebody else on its network: a packet that is dropped moves no timer, so it announces
// itself as if nobody had spoken. RFC 3768 § 7.1, RFC 9568 § 7.1 (address lists that differ).

import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import type { IpAddress } from '../../src/address.js';
import { encodeIpv4Advert, type Advert } from '../../src/packet/vrrp.js';
import type { Ipv4Header } from '../../src/packet/ipv4.js';
import { between, inMilliseconds, seconds } from '../../src/time.js';
import { startDaemon } from './daemon.js';
import { eventually } from './eventually.js';
import type { Host } from './host.js';
import type { Job } from './job.js';
import { Lab } from './lab.js';
import { configuration, PASSWORD, VIP, VRID } from './pair.js';
import { Stranger } from './stranger.js';

const OTHER = '192.168.1.199' as IpAddress;
/** An advert that would win the election, were it accepted. */
const header: Ipv4Header = {
  source: '192.168.1.193' as IpAddress,
  destination: '224.0.0.18' as IpAddress,
  ttl: 255,
  identification: 1,
};
const advert: Extract<Advert, { version: 2 }> = {
  version: 2,
  virtualRouterId: VRID,
  priority: 200,
  interval: seconds(1),
  authentication: { type: 'PASS', password: PASSWORD },
  addresses: [VIP],
};

const bad: Record<string, Buffer> = {
  'a wrong checksum': wrongChecksum(),
  'TTL 254': encodeIpv4Advert({ ...header, ttl: 254 }, advert),
  'a wrong password': encodeIpv4Advert(header, { ...advert, authentication: { type: 'PASS', password: '2222' } }),
  'a wrong interval': encodeIpv4Advert(header, { ...advert, interval: seconds(2) }),
  'a disjoint address list': encodeIpv4Advert(header, { ...advert, addresses: [OTHER] }),
};

t.jobs = 6;
for (const [name, packet] of Object.entries(bad))
  t.test(`a bad advert with ${name} every 0.3 s for 12 s`, { buffered: true }, async (t) => {
    const { lab, host, stranger } = await master(t);
    const capture = await lab.network.capture(host, 'vrrp');
    for (let count = 0; count < 40; count += 1) {
      stranger.say(packet);
      await sleep(300);
    }
    await capture.stop();
    const stamps = (await capture.adverts()).map(({ at }) => at);
    const gaps = stamps.slice(1).map((at, index) => inMilliseconds(between({ from: stamps[index] ?? at, to: at })));
    t.ok(stamps.length >= 12, `${stamps.length} adverts in 12 s`);
    t.ok(Math.max(...gaps) <= 1_100, `the longest gap is ${Math.max(...gaps)} ms`);
    t.ok(await host.holds(VIP), 'it is still the master');
  });

t.test('a good advert with priority 200: the master yields', { buffered: true }, async (t) => {
  const { host, stranger, daemon } = await master(t);
  stranger.say(encodeIpv4Advert(header, advert));
  await eventually('the address is gone', async () => !(await host.holds(VIP)));
  const reason = 'Entering BACKUP STATE: heard 192.168.1.193 with priority 200, ours 120';
  await eventually('it says why', () => daemon.log.some((line) => line.includes(reason)));
  t.notOk(await host.holds(VIP), 'it stays away');
});

t.test('a list with one address more than ours: accepted, with a warning', { buffered: true }, async (t) => {
  const { host, stranger, daemon } = await master(t);
  stranger.say(encodeIpv4Advert(header, { ...advert, addresses: [VIP, OTHER] }));
  await eventually('the address is gone', async () => !(await host.holds(VIP)));
  // It is the last line of the turn.
  await eventually('it says why', () => daemon.log.some((line) => line.includes('Entering BACKUP STATE: heard')));
  t.equal(daemon.log.filter((line) => line.includes(OTHER)).length, 1, 'one line names the address that differs');
});

/** A network with vrrpd as master and a host that will say bad things. */
async function master(t: Test): Promise<{ lab: Lab; host: Host; stranger: Stranger; daemon: Job }> {
  const lab = await Lab.open();
  t.teardown(() => lab.close());
  const host = await lab.host({ name: 'a', interface: 'eth1', address: '192.168.1.191/24' });
  const bystander = await lab.host({ name: 'stranger', interface: 'eth1', address: '192.168.1.193/24' });
  const stranger = await Stranger.on(bystander);
  const daemon = await startDaemon(host, 'vrrpd', configuration({ priority: 120, nopreempt: false }));
  await eventually('it is the master', () => host.holds(VIP));
  return { lab, host, stranger, daemon };
}

function wrongChecksum(): Buffer {
  const packet = encodeIpv4Advert(header, advert);
  packet[26] = (packet[26] ?? 0) ^ 0xff;
  return packet;
}
