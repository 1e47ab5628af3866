// MASTER: RFC 3768 § 6.4.3, with what keepalived adds on hearing a worse router.

import t from 'tap';
import { milliseconds, seconds } from '../../src/time.js';
import { anInstance, aScript, eth1, failed, ip, succeeded, TestHost, tracked } from './host.js';

function master(changes = {}): TestHost {
  const host = new TestHost({ instances: [anInstance(changes)] });
  host.start();
  host.pass(milliseconds(3600));
  return host;
}

t.test('adverts come each advert_int from their own last deadline: a late wake-up causes no drift', (t) => {
  const host = master();
  const [first = NaN] = host.times('advert');
  host.now = (host.now + 1_950_000) as typeof host.now;
  host.give({ kind: 'tick' });
  host.pass(seconds(3));
  const gaps = host.times('advert').map((at) => Math.round((at - first) * 1e6));
  t.strictSame(
    gaps,
    [0, 2_018_750, 3_000_000, 4_000_000, 5_000_000],
    'late once, then back in step, no catch-up burst',
  );
  t.end();
});

t.test('gratuitous ARP: five rounds at once and five after garp_master_delay; refreshes where the file asks', (t) => {
  const host = master();
  host.pass(seconds(20));
  t.strictSame(
    host.times('garp').map((at) => Math.round(at * 1000) / 1000),
    [3.531, 8.531],
  );
  const { garp } = anInstance();
  const refreshing = master({ garp: { ...garp, masterDelay: seconds(0), masterRefresh: seconds(10) } });
  refreshing.pass(seconds(30));
  t.strictSame(
    refreshing.trace
      .filter(({ what }) => what.startsWith('garp'))
      .map(({ at, what }) => [Math.round(at), what.slice(-2)]),
    [
      [4, 'x5'],
      [14, 'x1'],
      [24, 'x1'],
      [34, 'x1'],
    ],
  );
  t.end();
});

t.test('priority 0 is answered with an advert at once', (t) => {
  const host = master();
  t.strictSame(host.hear({ priority: 0 }), ['advert 120']);
  t.equal(host.state, 'MASTER');
  t.end();
});

t.test('a higher advert: BACKUP at once, even with nopreempt; the address goes, no priority 0 is said', (t) => {
  for (const nopreempt of [false, true]) {
    const host = master({ nopreempt });
    t.strictSame(host.hear({ priority: 121 }), ['remove 192.168.1.190', 'notify BACKUP 120']);
    t.match(host.log.at(-2), '(VI_1) Master received advert from 192.168.1.192 with higher priority 121, ours 120');
    t.match(
      host.log.at(-1),
      /Entering BACKUP STATE: heard 192\.168\.1\.192 with priority 121, ours 120; was MASTER for/,
    );
    host.pass(seconds(3.53));
    t.equal(host.state, 'BACKUP');
    host.pass(milliseconds(2));
    t.equal(host.state, 'MASTER', 'after a full Master_Down_Interval');
  }
  t.end();
});

t.test('higher_prio_send_advert: one advert first', (t) => {
  const host = master({ higherPrioSendAdvert: true });
  t.equal(host.hear({ priority: 121 })[0], 'advert 120');
  t.end();
});

t.test('the same priority: the higher address wins, as unsigned numbers', (t) => {
  const loses = master();
  loses.hear({ priority: 120, from: '192.168.1.200' });
  t.equal(loses.state, 'BACKUP');
  t.match(loses.log.join('\n'), 'with same priority 120 but higher IP address than ours');
  const wins = master();
  wins.hear({ priority: 120, from: '192.168.1.20' });
  t.equal(wins.state, 'MASTER');
  t.end();
});

t.test('a lower advert: an advert and a burst at once, a burst again after garp_lower_prio_delay', (t) => {
  const host = master();
  host.pass(seconds(10));
  const told = 'notify MASTER_RX_LOWER_PRI 120';
  t.strictSame(host.hear({ priority: 110 }), ['advert 120', 'garp 192.168.1.190 x5', told]);
  const line = '(VI_1) Received advert from 192.168.1.192 with lower priority 110, ours 120, forcing new election';
  t.equal(host.log.at(-1), line);
  t.ok(host.pass(seconds(5)).includes('garp 192.168.1.190 x5'));
  t.notOk(host.pass(seconds(20)).includes('garp 192.168.1.190 x5'));
  t.end();
});

t.test('lower_prio_no_advert and garp_lower_prio_repeat 0 are obeyed', (t) => {
  const told = 'notify MASTER_RX_LOWER_PRI 120';
  t.strictSame(master({ lowerPrioNoAdvert: true }).hear({ priority: 110 }), [told]);
  const { garp } = anInstance();
  t.strictSame(master({ garp: { ...garp, lowerPrioRepeat: 0 } }).hear({ priority: 110 }), ['advert 120', told]);
  t.end();
});

t.test('the adverts keep their own rhythm whatever is heard', (t) => {
  const host = master();
  const before = host.times('advert').length;
  for (let count = 0; count < 40; count += 1) {
    host.pass(milliseconds(300));
    host.hear({ priority: 250, authentication: { type: 'PASS', password: 'wrong' } });
  }
  const adverts = host.times('advert').slice(before - 1);
  t.equal(adverts.length, 13, '12 in 12 s');
  for (const [index, at] of adverts.entries())
    t.ok(index === 0 || Math.abs(at - (adverts[index - 1] ?? 0) - 1) < 1e-6, `gap ${index} is 1 s`);
  t.end();
});

t.test('the link goes down: FAULT, the address goes, nothing is sent; it comes back as BACKUP', (t) => {
  const host = master();
  t.strictSame(host.link('eth1', { ...eth1, up: false }), ['remove 192.168.1.190', 'notify FAULT 120']);
  t.match(host.log.join('\n'), 'Netlink reports eth1 down');
  t.match(host.log.at(-1), /Entering FAULT STATE: eth1 is down; was MASTER for/);
  t.strictSame(host.pass(seconds(60)), []);
  t.strictSame(host.link('eth1', eth1), ['notify BACKUP 120']);
  t.match(host.log.at(-1), /Entering BACKUP STATE: eth1 is up again; was FAULT for 1 m/);
  t.end();
});

t.test('dont_track_primary: a link that is down is no fault', (t) => {
  const host = master({ dontTrackPrimary: true });
  host.link('eth1', { ...eth1, up: false });
  t.equal(host.state, 'MASTER');
  t.end();
});

t.test('the interface is deleted and made again: listened on anew', (t) => {
  const host = master();
  t.strictSame(host.link('eth1'), ['close-link eth1', 'notify FAULT 120'], 'the address went with the interface');
  t.strictSame(host.link('eth1', { ...eth1, index: 9 }), [
    'open-link eth1',
    'remove 192.168.1.190',
    'notify BACKUP 120',
  ]);
  t.end();
});

t.test('a check without weight fails: priority 0 twice, the address goes, FAULT; back when it succeeds', (t) => {
  const host = new TestHost({
    instances: [anInstance({ tracks: [tracked()] })],
    scripts: [aScript()],
  });
  host.scriptsEnd = succeeded;
  host.start();
  host.pass(seconds(5));
  t.equal(host.state, 'MASTER');
  t.strictSame(host.script(failed), ['advert 0', 'advert 0', 'remove 192.168.1.190', 'notify FAULT 120']);
  t.equal(host.instance.statistics.priorityZeroSent, 2);
  t.strictSame(host.pass(seconds(1)), ['run chk', 'notify BACKUP 120']);
  t.end();
});

t.test('a weighted check of a MASTER changes the priority it says, not its rhythm; clamped to 1..254', (t) => {
  const host = new TestHost({
    instances: [anInstance({ tracks: [tracked({ weight: -200 })] })],
    scripts: [aScript({ weight: -200 })],
  });
  host.start();
  host.pass(seconds(4));
  host.script(failed);
  t.strictSame(
    host.pass(seconds(1)).filter((what) => what.startsWith('advert')),
    ['advert 1'],
  );
  t.end();
});

t.test(
  'an address removed by somebody else is put back at once and announced; a fight waits for the next advert',
  (t) => {
    const host = master();
    const removed = { kind: 'address-removed', interface: 'eth1', address: ip('192.168.1.190') } as const;
    for (let count = 0; count < 5; count += 1)
      t.strictSame(host.give(removed), ['add 192.168.1.190', 'garp 192.168.1.190 x1']);
    t.strictSame(host.give(removed), []);
    t.ok(host.pass(seconds(1)).includes('add 192.168.1.190'));
    host.hear({ priority: 200 });
    t.strictSame(host.give(removed), [], 'no business of a BACKUP');
    t.end();
  },
);

t.test('an address that the kernel refuses is tried again with each advert and told once', (t) => {
  const host = master();
  const refusal = {
    kind: 'failed',
    effect: 'add-address',
    interface: 'eth1',
    address: ip('192.168.1.190'),
    error: 'EPERM',
  } as const;
  host.give(refusal);
  t.ok(host.pass(seconds(1)).includes('add 192.168.1.190'));
  host.give(refusal);
  t.equal(host.log.filter((line) => line.includes('refused: EPERM')).length, 1);
  t.equal(host.instance.missing.size, 1);
  t.end();
});

t.test('a socket that cannot be opened is a fault with its reason, tried again when the link changes', (t) => {
  const host = new TestHost();
  host.start();
  const refusal = { kind: 'failed', effect: 'open-link', interface: 'eth1', error: 'no buffer space' } as const;
  t.strictSame(host.give(refusal), ['notify FAULT 120']);
  t.match(host.log.at(-1), /cannot listen on eth1: no buffer space/);
  t.strictSame(host.link('eth1', { ...eth1, mtu: 1400 }), ['open-link eth1', 'notify BACKUP 120']);
  t.end();
});
