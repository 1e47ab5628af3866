// How a MASTER makes clients find it again: bursts when another master has given way, and one gratuitous ARP for each
// address right after each advert, so that a stale ARP cache lives for one interval, whatever made it stale.

import { after, milliseconds, microseconds, seconds } from '../../src/time.js';
import type { GarpSettings, VrrpInstance } from '../../src/config/model.js';
import { anAddress, anInstance, eth1, TestHost } from '../vrrp/host.js';
import { effectsWithin, master, sentence, within } from './words.js';

const LOWER = 'notify MASTER_RX_LOWER_PRI 120';
const settings = (changes: Partial<GarpSettings>): Partial<VrrpInstance> => ({
  garp: { ...anInstance().garp, ...changes },
});
const { masterRefresh: _unwritten, ...usual } = anInstance().garp;
const plain: Partial<VrrpInstance> = { garp: usual };
const garps = (host: TestHost, count = 60): number[] => within(host, seconds(count), 'garp');

/** A lower advert each `step` ms, so often; then the bursts, in seconds after the first of them. */
function answers(step: number, times: number): number[] {
  const host = master();
  const from = host.at;
  for (let count = 0; count < times; count += 1) {
    host.hear({ priority: 110 });
    if (count + 1 < times) host.pass(milliseconds(step));
  }
  host.pass(seconds(60));
  return host
    .times('garp')
    .filter((at) => at > from)
    .map((at) => Math.round((at - from) * 1e6) / 1e6);
}

sentence('vrrpd: a lower advert is answered with an advert at once, 5 ms later with a burst', (t) => {
  const host = master();
  t.same(host.hear({ priority: 110 }), ['advert 120', LOWER]);
  t.same(host.pass(microseconds(4_999)), []);
  t.same(host.pass(microseconds(1)), ['garp 192.168.1.190 x5']);
});

sentence('vrrpd: no burst where it gives way within the 5 ms', (t) => {
  const host = master();
  host.hear({ priority: 110 });
  host.pass(milliseconds(4));
  host.hear({ priority: 200 });
  t.same(within(host, seconds(3), 'garp'), []);
});

sentence(
  'vrrpd: a second burst when 50 ms have passed without a further lower advert, a last one after the delay',
  (t) => {
    t.same(answers(0, 1), [0.005, 0.05, 5]);
    t.same(answers(49, 2), [0.005, 0.099, 5.049]);
    t.same(answers(50, 2), [0.005, 0.05, 0.055, 0.1, 5.05], 'after them it is another one');
  },
);

sentence('vrrpd: the 50 ms begin anew three times at the most', (t) => {
  t.same(answers(40, 4), [0.005, 0.17, 5.12]);
  t.same(answers(40, 5), [0.005, 0.17, 5.16], 'the fifth one puts nothing off');
});

sentence('vrrpd: priority 0 that a MASTER hears is answered in the same way', (t) => {
  const host = master();
  t.same(host.hear({ priority: 0 }), ['advert 120']);
  t.same(garps(host), [0.005, 0.05, 5]);
});

sentence('vrrpd: garp_lower_prio_repeat 0 and lower_prio_no_advert are obeyed', (t) => {
  const silent = master(settings({ lowerPrioRepeat: 0 }));
  t.same(silent.hear({ priority: 110 }), ['advert 120', LOWER]);
  t.same(garps(silent), []);
  const mute = master({ lowerPrioNoAdvert: true });
  t.same(mute.hear({ priority: 110 }), [LOWER]);
  t.same(garps(mute), []);
});

sentence('vrrpd: one gratuitous ARP for each address right after each advert', (t) => {
  const host = master({ ...plain, virtualAddresses: ['10.0.0.1', '10.0.0.2'].map((text) => anAddress(text)) });
  t.same(host.pass(seconds(2)), [
    ...['advert 120', 'garp 10.0.0.1 10.0.0.2 x1'],
    ...['advert 120', 'garp 10.0.0.1 10.0.0.2 x1'],
  ]);
});

sentence('vrrpd: with an advert that an answer or a farewell is there comes none: those have their own bursts', (t) => {
  const host = master(plain);
  t.same(host.hear({ priority: 110 }), ['advert 120', LOWER]);
  host.pass(milliseconds(100));
  t.same(host.give({ kind: 'stop', cause: 'SIGTERM' }), ['advert 0']);
});

sentence('vrrpd: a burst that is due with an advert takes the place of it', (t) => {
  const host = new TestHost({ instances: [anInstance(plain)] });
  host.start();
  t.equal(host.pass(seconds(8.4)).filter((word) => word === 'garp 192.168.1.190 x1').length, 4);
  t.same(host.pass(seconds(0.2)), ['advert 120', 'garp 192.168.1.190 x5'], 'garp_master_delay is over');
});

sentence('vrrpd: a written garp_master_refresh replaces it: 0 none, N each N seconds', (t) => {
  t.same(garps(master(settings({ masterRefresh: seconds(0) }))), []);
  const steps = garps(master(settings({ masterRefresh: seconds(7) }))).map(
    (at, index, all) => at - (all[index - 1] ?? at),
  );
  t.same(new Set(steps.slice(1).map((step) => Math.round(step * 1e6))), new Set([7_000_000]));
});

/** MASTER with so many addresses on each of these interfaces. */
function many(count: number, devices: readonly string[]): TestHost {
  const virtualAddresses = devices.flatMap((dev, net) =>
    Array.from({ length: count }, (_, index) => anAddress(`10.${net}.0.${index + 1}`, dev)),
  );
  const links = Object.fromEntries(devices.map((dev, index) => [dev, { ...eth1, index: index + 2 }]));
  const host = new TestHost({ instances: [anInstance({ ...plain, virtualAddresses })] }, links);
  host.start();
  host.pass(seconds(20));
  return host;
}

sentence(
  'vrrpd: at most 50 frames a second on an interface, and who was not announced is so first the next time',
  (t) => {
    const host = many(120, ['eth1']);
    const rounds = effectsWithin(host, seconds(6), 'send-garp').map(({ addresses }) => addresses);
    t.same(new Set(rounds.slice(0, 3).flat()).size, 120, 'each one after three adverts');
    t.ok(
      rounds.every((addresses) => addresses.length <= 50),
      'fifty with each advert',
    );
    t.same(rounds[0]?.length, 50);
  },
);

sentence('vrrpd: each interface has its own 50', (t) => {
  const host = many(50, ['eth1', 'eth2']);
  t.same(
    effectsWithin(host, seconds(1), 'send-garp').map(({ interface: dev, addresses }) => `${dev} ${addresses.length}`),
    ['eth1 50', 'eth2 50'],
  );
});

sentence('vrrpd: what a BACKUP had still to announce is not announced by it', (t) => {
  const host = many(120, ['eth1']);
  host.pass(seconds(1));
  host.hear({ priority: 200, addresses: ['10.0.0.1'] });
  host.now = after(host.now, milliseconds(20));
  t.same(within(host, seconds(3), 'garp'), []);
});

sentence('vrrpd: what is announced after each advert is not in the log: it would be a line a second', (t) => {
  const host = master(plain);
  host.pass(seconds(10));
  const before = host.log.length;
  const announced = host.times('garp').length;
  host.pass(seconds(5));
  t.equal(host.times('garp').length - announced, 5);
  t.equal(host.log.length, before);
});
