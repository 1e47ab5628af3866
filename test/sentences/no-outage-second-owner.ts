// Somebody else who has an address of a MASTER: looked for by ARP probes, named, announced against, and left alone when no
// word will move it. RFC 5227 § 2.1.1 (probe), § 2.4 (a host that has an address and sees another one use it).

import { milliseconds, microseconds, seconds } from '../../src/time.js';
import { anAddress, anAdvert, eth1, type TestHost } from '../vrrp/host.js';
import { describeSecondOwner } from '../../src/vrrp/second-owner.js';
import { backup, effectsWithin, master, MASTER_DOWN, sentence, within } from './words.js';

const password = { type: 'PASS', password: 'other' } as const;
const named = (host: TestHost): string[] => host.log.filter((line) => line.includes('A second owner of'));
const answers = (host: TestHost): string[] => host.claim({ isAnswer: true });

sentence('RFC 5227 § 2.1.1: an ARP probe has the sender address 0.0.0.0. It is for the first address', (t) => {
  const host = master({ virtualAddresses: ['10.0.0.1', '10.0.0.2'].map((text) => anAddress(text)) });
  t.same(effectsWithin(host, seconds(10), 'send-probe'), [
    { kind: 'send-probe', interface: 'eth1', mac: eth1.mac, address: '10.0.0.1' },
  ]);
});

sentence('vrrpd: a MASTER probes one interval after it became so, and right before each tenth advert', (t) => {
  const host = backup();
  t.same(within(host, seconds(40), 'probe'), [MASTER_DOWN + 1, MASTER_DOWN + 11, MASTER_DOWN + 21, MASTER_DOWN + 31]);
  const words = host.trace.map(({ what }) => what);
  t.equal(words[words.indexOf('probe 192.168.1.190') + 1], 'advert 120');
});

sentence('vrrpd: it probes with the next advert after a link has changed', (t) => {
  const host = master({ dontTrackPrimary: true });
  host.link('eth1', { ...eth1, up: false });
  host.link('eth1', eth1);
  t.same(within(host, seconds(5), 'probe'), [0.53125]);
});

sentence('vrrpd: at most one probe a second', (t) => {
  const host = master({ advertInt: milliseconds(30), dontTrackPrimary: true });
  const times: number[] = [];
  for (let count = 0; count < 50; count += 1) {
    host.link('eth1', { ...eth1, up: false });
    host.link('eth1', eth1);
    host.pass(milliseconds(100));
  }
  times.push(...host.times('probe').filter((at) => at > 20));
  t.ok(times.length >= 4, `${times.length} in 5 s`);
  t.ok(
    times.every((at, index) => index === 0 || at - (times[index - 1] ?? 0) >= 0.999999),
    times.join(),
  );
});

sentence('vrrpd: an answer to the probe is a second owner: an error with its MAC, once', (t) => {
  const host = master();
  t.same(answers(host), []);
  const line = '(VI_1) A second owner of 192.168.1.190: 02:00:00:00:00:07 answers an ARP probe for it';
  t.same(named(host), [line]);
  host.pass(seconds(10));
  answers(host);
  t.equal(named(host).length, 1);
  t.equal(host.instance.statistics.secondOwners, 1);
});

sentence('vrrpd: it is told again when it was gone for more than 12 s', (t) => {
  const host = master();
  answers(host);
  host.pass(seconds(12));
  answers(host);
  t.equal(named(host).length, 1);
  host.pass(microseconds(12_000_001));
  answers(host);
  t.equal(named(host).length, 2);
});

sentence('vrrpd: 5 ms after it was seen all addresses are announced, once', (t) => {
  const host = master({ virtualAddresses: ['192.168.1.190', '10.0.0.2'].map((text) => anAddress(text)) });
  answers(host);
  t.same(host.pass(microseconds(4_999)), []);
  t.same(host.pass(microseconds(1)), ['garp 192.168.1.190 10.0.0.2 x1']);
  t.same(within(host, seconds(30), 'garp'), []);
});

sentence('vrrpd: nothing is announced where it gives way within the 5 ms', (t) => {
  const host = master();
  answers(host);
  host.pass(milliseconds(4));
  host.hear({ priority: 200 });
  t.same(within(host, seconds(3), 'garp'), []);
});

sentence('vrrpd: it is announced against once in 200 ms at the most', (t) => {
  const host = master();
  const from = host.at;
  for (let count = 0; count < 50; count += 1) {
    answers(host);
    host.pass(milliseconds(10));
  }
  const times = host.times('garp').map((at) => Math.round((at - from) * 1e3) / 1e3);
  t.same(
    times.filter((at) => at > 0),
    [0.005, 0.205, 0.405],
  );
});

/** Seen each second, so often; how often it was announced against. */
function reactions(host: TestHost, times: number): number {
  const before = host.times('garp').length;
  for (let count = 0; count < times; count += 1) {
    answers(host);
    host.pass(seconds(1));
  }
  return host.times('garp').length - before;
}

sentence('vrrpd: after ten times without an advert of it, it is left over or proxy ARP, and nothing moves it', (t) => {
  const host = master();
  t.equal(reactions(host, 15), 10);
  const seen = { now: host.now, advertInt: seconds(1) };
  const [owner] = host.instance.secondOwners.present(seen);
  t.equal(owner?.times, 15);
  t.match(owner && describeSecondOwner(owner), /left over from a daemon that is gone, or proxy ARP/);
  host.hear({ priority: 110 });
  host.pass(seconds(6));
  t.equal(reactions(host, 15), 10, 'an advert of its router: it may yet be moved');
});

sentence('vrrpd: gratuitous ARP for an address of ours from another MAC address is a second owner too', (t) => {
  const host = master({ excludedAddresses: [anAddress('10.0.0.9')] });
  host.claim({ address: '10.0.0.9' });
  t.match(named(host), [/A second owner of 10\.0\.0\.9: 02:00:00:00:00:07 announces it by gratuitous ARP$/]);
  t.same(within(host, seconds(1), 'garp'), [0.005]);
});

sentence('vrrpd: so are adverts that are dropped and list an address of ours; they are not announced against', (t) => {
  const host = master();
  host.hear({ priority: 200, authentication: password });
  t.match(named(host), [/192\.168\.1\.192 advertises it, but its adverts are dropped \(password\)$/]);
  t.same(within(host, seconds(3), 'garp'), []);
});

sentence('vrrpd: adverts that list no address of ours are another pair: no second owner, nor is a farewell', (t) => {
  const host = master();
  host.hear({ priority: 200, authentication: password, addresses: ['10.9.9.9'] });
  host.hear({ priority: 200, addresses: ['10.9.9.9'] });
  host.hear({ priority: 0, authentication: password });
  host.give(anAdvert({ priority: 200, ttl: 1 }));
  t.same(named(host), []);
});

sentence('vrrpd: the own MAC addresses, and what a BACKUP or one that leaves sees, are no second owner', (t) => {
  const host = master();
  host.claim({ mac: eth1.mac, isAnswer: true });
  const waiting = backup();
  waiting.claim();
  answers(waiting);
  const leaving = master();
  leaving.hear({ priority: 200 });
  answers(leaving);
  for (const one of [host, waiting, leaving]) t.same(named(one), []);
});

sentence('vrrpd: more than sixteen are a flood: the latest are kept, each one told once', (t) => {
  const host = master();
  const macs = Array.from(
    { length: 20 },
    (_, index) => `02:00:00:00:01:${String(index).padStart(2, '0')}` as typeof eth1.mac,
  );
  for (const mac of macs) host.claim({ mac, isAnswer: true });
  const known = () =>
    host.instance.secondOwners.present({ now: host.now, advertInt: seconds(1) }).map(({ mac }) => mac);
  t.same(new Set(known()), new Set(macs.slice(4)));
  for (const mac of macs.slice(10)) host.claim({ mac, isAnswer: true });
  t.same(new Set(known()), new Set(macs.slice(4)), 'seen again, they push nobody out');
  t.equal(named(host).length, 20);
});
