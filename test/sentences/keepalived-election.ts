// How keepalived elects beyond RFC 3768: nopreempt, preempt_delay, and what a MASTER says to one that has to go.
// keepalived.conf(5): nopreempt, preempt_delay, lower_prio_no_advert, higher_prio_send_advert.

import { microseconds, milliseconds, seconds } from '../../src/time.js';
import { aFile, aScript, eth1, failed, ip, succeeded, tracked } from '../vrrp/host.js';
import {
  backup,
  hears,
  initialize,
  master,
  MASTER_DOWN,
  sentence,
  takenOver,
  takesOverAfter,
  within,
} from './words.js';

const LOWER = 'notify MASTER_RX_LOWER_PRI 120';

sentence(
  'keepalived: preemption takes a Master_Down_Interval after the last advert that counted, it is not immediate',
  (t) => {
    const host = backup();
    host.pass(seconds(2));
    host.hear({ priority: 200 });
    host.pass(seconds(1));
    t.same(host.hear({ priority: 100 }), []);
    t.equal(takesOverAfter(host), 2.53125);
  },
);

sentence(
  'keepalived: one line for each lower advert that is discarded. vrrpd: the first, then a line each ten seconds',
  (t) => {
    const host = backup({ advertInt: seconds(10) });
    for (let count = 0; count < 25; count += 1) {
      host.hear({ priority: 100, interval: seconds(10) });
      host.pass(seconds(1));
    }
    const line = '(VI_1) received lower priority (100) advert from 192.168.1.192 - discarding';
    const lines = host.log.filter((text) => text.includes('discarding'));
    t.same(lines.slice(0, 2), [line, `${line}; 9 more in the last 10 s`]);
    t.equal(lines.length, 3);
  },
);

sentence('keepalived: nopreempt acts in BACKUP alone: a MASTER yields to a better one with it too', (t) => {
  const host = master({ nopreempt: true });
  t.same(takenOver(host, { priority: 121 }), ['advert 1', 'remove 192.168.1.190', 'notify BACKUP 120']);
});

sentence('keepalived: a nopreempt BACKUP stays BACKUP although the priority of the master drops below its own', (t) => {
  const host = backup({ nopreempt: true });
  hears(host, { priority: 150 }, { times: 10 });
  hears(host, { priority: 90 }, { times: 60 });
  t.equal(host.state, 'BACKUP');
});

sentence(
  'keepalived: a nopreempt node that comes out of a fault waits, and is MASTER only when no adverts arrive',
  (t) => {
    const host = master({ nopreempt: true });
    host.link('eth1', { ...eth1, up: false });
    host.link('eth1', eth1);
    hears(host, { priority: 1 }, { times: 30 });
    t.equal(host.state, 'BACKUP');
    t.equal(takesOverAfter(host), MASTER_DOWN);
  },
);

sentence('keepalived: with nopreempt a check without weight is what moves the address', (t) => {
  const host = initialize({ nopreempt: true, tracks: [tracked()] }, { scripts: [aScript()] });
  host.scriptsEnd = succeeded;
  host.start();
  host.pass(seconds(9));
  host.scriptsEnd = failed;
  t.ok(host.pass(seconds(2)).includes('advert 0'));
  t.same(takenOver(host), ['remove 192.168.1.190', 'advert 1', 'notify FAULT 120']);
});

sentence(
  'keepalived: if two start together with nopreempt the one with the shorter skew wins, and the other stays',
  (t) => {
    const [first, other] = [backup({ nopreempt: true, priority: 100 }), backup({ nopreempt: true, priority: 99 })];
    t.ok((takesOverAfter(first) ?? NaN) < (takesOverAfter(other) ?? NaN));
    const waits = backup({ nopreempt: true, priority: 99 });
    hears(waits, { priority: 100 }, { times: 20 });
    t.equal(waits.state, 'BACKUP');
  },
);

sentence(
  'keepalived: preempt_delay: the first lower advert starts it, lower ones are accepted until it is over',
  (t) => {
    const host = backup({ preemptDelay: seconds(3) });
    host.pass(seconds(1));
    hears(host, { priority: 100 }, { times: 3 });
    t.equal(takesOverAfter(host), MASTER_DOWN, 'the third one, 2 s after the first, has counted');
  },
);

sentence('keepalived: preempt_delay: after it lower adverts are discarded, and the timer runs out', (t) => {
  const host = backup({ preemptDelay: seconds(3) });
  hears(host, { priority: 100 }, { times: 5 });
  t.equal(takesOverAfter(host), MASTER_DOWN - 2, 'the fourth, 3 s after the first, did not count, nor the fifth');
});

sentence(
  'keepalived: preempt_delay is cancelled by any higher advert, and begins anew with the next lower one',
  (t) => {
    const host = backup({ preemptDelay: seconds(3) });
    for (let count = 0; count < 12; count += 1) {
      host.pass(seconds(1));
      host.hear({ priority: count % 3 === 2 ? 200 : 100 });
    }
    t.equal(takesOverAfter(host), MASTER_DOWN);
    const anew = backup({ preemptDelay: seconds(3) });
    hears(anew, { priority: 100 }, { times: 2 });
    anew.hear({ priority: 200 });
    hears(anew, { priority: 100 }, { times: 3 });
    t.equal(takesOverAfter(anew), MASTER_DOWN);
  },
);

sentence('keepalived: preempt_delay delays nobody when no advert is heard', (t) => {
  t.equal(takesOverAfter(backup({ preemptDelay: seconds(300) })), MASTER_DOWN);
});

sentence(
  'keepalived: a MASTER that hears a lower priority: an advert and a burst at once, then those outside are told. ' +
    'vrrpd: the burst when the other one has let go',
  (t) => {
    const host = master();
    t.same(host.hear({ priority: 110 }), ['advert 120', LOWER]);
    const line = '(VI_1) Received advert from 192.168.1.192 with lower priority 110, ours 120, forcing new election';
    t.equal(host.log.at(-1), line);
    t.same(host.pass(milliseconds(5)), ['garp 192.168.1.190 x5']);
  },
);

sentence('keepalived: so it does on an equal priority from a lower address', (t) => {
  t.same(master().hear({ priority: 120, from: '192.168.1.20' })[0], 'advert 120');
});

sentence('keepalived: each lower advert is answered with one of its own', (t) => {
  const host = master();
  for (let count = 0; count < 5; count += 1) {
    t.equal(host.hear({ priority: 110 })[0], 'advert 120');
    host.pass(milliseconds(5));
  }
});

sentence(
  'vrrpd: an own advert of the last 5 ms, or twentieth of the interval, has answered a lower one already',
  (t) => {
    const host = master();
    host.hear({ priority: 110 });
    host.pass(microseconds(4_999));
    t.same(host.hear({ priority: 110 }), [LOWER]);
    host.pass(microseconds(1));
    t.equal(host.hear({ priority: 110 })[0], 'advert 120');
    const fast = master({ advertInt: milliseconds(40) });
    const said = { priority: 110, interval: milliseconds(40) };
    fast.hear(said);
    fast.pass(microseconds(1_999));
    t.same(fast.hear(said), [LOWER]);
    fast.pass(microseconds(1));
    t.equal(fast.hear(said)[0], 'advert 120');
  },
);

sentence('keepalived: lower_prio_no_advert: neither an advert nor a burst', (t) => {
  t.same(master({ lowerPrioNoAdvert: true }).hear({ priority: 110 }), [LOWER]);
});

sentence(
  'keepalived: a MASTER that hears a better one: BACKUP at once, the addresses go, no priority 0 is sent. ' +
    'vrrpd: priority 1 is said, and the addresses go when the other one has announced them',
  (t) => {
    const host = master();
    t.same(host.hear({ priority: 121 }), ['advert 1']);
    t.same(host.pass(milliseconds(10)), []);
    t.same(host.pass(microseconds(50)), ['remove 192.168.1.190', 'notify BACKUP 120'], 'or has had the time to');
  },
);

sentence('keepalived: higher_prio_send_advert: one advert first, with the own priority', (t) => {
  const host = master({ higherPrioSendAdvert: true });
  t.same(takenOver(host, { priority: 121 }), ['advert 120', 'remove 192.168.1.190', 'notify BACKUP 120']);
});

sentence(
  'keepalived: equal priority and equal source: it stays MASTER. vrrpd: such a packet is dropped and logged',
  (t) => {
    const host = master();
    t.same(host.hear({ priority: 120, from: '192.168.1.191' }), []);
    t.equal(host.state, 'MASTER');
    t.match(host.log.at(-1), /it has our own source address: another host uses it/);
  },
);

sentence(
  'keepalived: 255 against 255: it lowers itself to 254. vrrpd: the higher address wins, as with every tie',
  (t) => {
    const host = master({ priority: 255 });
    host.hear({ priority: 255, from: '192.168.1.9' });
    t.equal(host.state, 'MASTER');
    t.equal(host.instance.priority, 255);
    takenOver(host, { priority: 255, from: '192.168.1.192' });
    t.equal(host.state, 'BACKUP');
    t.equal(takesOverAfter(host), 3.003906, 'and takes over like anybody');
  },
);

sentence('keepalived: the comparison is by the configured source address where there is one', (t) => {
  const host = master({ srcIp: ip('192.168.1.193') });
  host.hear({ priority: 120, from: '192.168.1.192' });
  t.equal(host.state, 'MASTER', 'although eth1 has 192.168.1.191');
  takenOver(host, { priority: 120, from: '192.168.1.194' });
  t.equal(host.state, 'BACKUP');
});

sentence('keepalived: a MASTER whose priority drops goes on until it hears a better one', (t) => {
  const tracks = [tracked({ kind: 'file', name: 'hand', weight: 1 })];
  const host = master({ tracks }, { files: [aFile()] });
  host.file(-50);
  t.equal(within(host, seconds(10), 'advert 70').length, 10);
  takenOver(host, { priority: 71 });
  t.equal(host.state, 'BACKUP');
});

sentence('keepalived: a BACKUP compares with its effective priority, not with the written one', (t) => {
  const tracks = [tracked({ kind: 'file', name: 'hand', weight: 1 })];
  for (const [number, expected] of [
    [-50, 'BACKUP'],
    [50, 'MASTER'],
  ] as const) {
    const host = backup({ tracks }, { files: [aFile()] });
    host.file(number);
    hears(host, { priority: number < 0 ? 100 : 140 }, { times: 10 });
    t.equal(host.state, expected);
  }
});

sentence('keepalived: any packet, a bad one too, re-arms its advert timer. vrrpd: none does', (t) => {
  const host = master();
  const before = host.times('advert').length;
  for (let count = 0; count < 40; count += 1) {
    host.pass(milliseconds(300));
    host.hear({ priority: 250, checksumValid: false });
  }
  t.equal(host.times('advert').length - before, 12);
});
