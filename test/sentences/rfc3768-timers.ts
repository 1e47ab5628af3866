// RFC 3768 § 6.1 (the parameters of a virtual router), § 6.2 (its timers) and § 6.3 (the arrows between its states).

import { readConfig } from '../../src/config/read.js';
import { milliseconds, seconds } from '../../src/time.js';
import { masterDownInterval, skewTime } from '../../src/vrrp/timers.js';
import { aFile, tracked } from '../vrrp/host.js';
import { backup, initialize, master, MASTER_DOWN, sentence, stop, takenOver, takesOverAfter, within } from './words.js';

/** Its priority is moved by the number in a file. */
const weighted = { tracks: [tracked({ kind: 'file', name: 'hand', weight: 1 })] };

const read = (words: string, id = 91) =>
  readConfig({
    file: 'x',
    load: () =>
      `vrrp_instance V {\ninterface eth1\nvirtual_router_id ${id}\n${words}\nvirtual_ipaddress {\n10.0.0.1\n}\n}\n`,
  });

sentence(
  'RFC 3768 § 6.1: the default Priority is 100, of the Advertisement_Interval 1 second, of Preempt_Mode True',
  (t) => {
    t.match(read('').config?.vrrpInstances, [{ priority: 100, advertInt: seconds(1), nopreempt: false }]);
  },
);

sentence('RFC 3768 § 6.1: the Priority is 1-254 for a backup and 255 for the owner; 0 is reserved', (t) => {
  for (const priority of [1, 254, 255]) t.match(read(`priority ${priority}`).config?.vrrpInstances, [{ priority }]);
  for (const priority of [0, 256]) t.equal(read(`priority ${priority}`).config, undefined, `${priority} is refused`);
});

sentence('RFC 3768 § 6.1: the VRID is in the range 1-255', (t) => {
  for (const [id, isGood] of [
    [0, false],
    [1, true],
    [255, true],
    [256, false],
  ] as const)
    t.equal(read('', id).config !== undefined, isGood, `${id}`);
});

sentence('RFC 3768 § 6.1: Skew_Time = (256 - Priority) / 256 seconds, whatever the interval', (t) => {
  for (const [priority, expected] of [
    [1, 996_093],
    [100, 609_375],
    [150, 414_062],
    [254, 7_812],
    [255, 3_906],
  ] as const)
    for (const interval of [1, 40])
      t.equal(
        skewTime({ version: 2, priority, masterAdvertInt: seconds(interval) }),
        expected,
        'whole µs, rounded down',
      );
});

sentence('RFC 3768 § 6.1: Master_Down_Interval = (3 * Advertisement_Interval) + Skew_Time', (t) => {
  const basis = { version: 2, priority: 100, masterAdvertInt: seconds(5) } as const;
  t.equal(masterDownInterval({ ...basis, downTimerAdverts: 3 }), 15_609_375);
  t.equal(takesOverAfter(backup()), MASTER_DOWN);
  t.equal(takesOverAfter(backup({ advertInt: seconds(4), priority: 100 })), 12.609375);
});

sentence('keepalived: down_timer_adverts takes the place of the 3', (t) => {
  t.equal(takesOverAfter(backup({ downTimerAdverts: 2 })), 2.53125);
  t.equal(takesOverAfter(backup({ downTimerAdverts: 10, advertInt: seconds(2) })), 20.53125);
});

sentence('RFC 3768 § 6.1: a higher Priority takes over sooner', (t) => {
  const times = [254, 200, 100, 1].map((priority) => takesOverAfter(backup({ priority })) ?? NaN);
  t.same(times, [3.007812, 3.21875, 3.609375, 3.996093]);
});

sentence('keepalived: the skew is that of the effective priority', (t) => {
  const host = backup(weighted, { files: [aFile()] });
  host.file(64);
  t.equal(takesOverAfter(host), 3.28125, 'of 184, not of 120');
});

sentence(
  'keepalived: a change of the effective priority moves the running timer by the difference, it does not restart',
  (t) => {
    const host = backup(weighted, { files: [aFile()] });
    host.pass(seconds(1));
    host.file(64);
    t.equal(takesOverAfter(host), 2.28125, 'one second of it is over');
  },
);

sentence(
  'RFC 3768 § 6.2: the Master_Down_Timer fires when no ADVERTISEMENT has been heard for Master_Down_Interval',
  (t) => {
    const host = backup();
    host.pass(seconds(3));
    host.hear({ priority: 200 });
    host.pass(milliseconds(3531));
    t.equal(host.state, 'BACKUP', '0.25 ms are left');
    host.pass(milliseconds(1));
    t.equal(host.state, 'MASTER');
  },
);

sentence(
  'RFC 3768 § 6.2: the Adver_Timer fires to trigger sending of ADVERTISEMENT based on Advertisement_Interval',
  (t) => {
    const gaps = (interval: number) =>
      within(master({ advertInt: seconds(interval) }), seconds(30), 'advert').map(
        (at, index, all) => at - (all[index - 1] ?? at),
      );
    t.same([...new Set(gaps(1).map((gap) => Math.round(gap * 1e6)))], [0, 1_000_000]);
    t.same([...new Set(gaps(7).map((gap) => Math.round(gap * 1e6)))], [0, 7_000_000]);
  },
);

sentence(
  'RFC 3768 § 6.2: a wake-up that comes late causes neither drift nor a burst. vrrpd: the next one is in step again',
  (t) => {
    const host = master();
    const [first = NaN] = within(host, seconds(1), 'advert');
    host.now = (host.now + 2_500_000) as typeof host.now;
    t.same(host.give({ kind: 'tick' }), ['advert 120'], 'one for the two or three that were missed');
    const next = within(host, seconds(2), 'advert');
    t.same(
      next.map((at) => Math.round((at + 2.5) * 1e6) % 1e6),
      [Math.round(first * 1e6), Math.round(first * 1e6)],
    );
  },
);

sentence('RFC 3768 § 6.2: a wake-up that comes early, or that nobody asked for, does nothing', (t) => {
  for (const host of [initialize(), backup(), master()]) {
    const { state } = host.instance;
    host.now = (host.now + 1) as typeof host.now;
    t.same(host.give({ kind: 'tick' }), []);
    t.equal(host.instance.state, state);
  }
});

sentence('RFC 3768 § 6.3: Initialize to Backup or Master, Backup to Master and back, both to Initialize', (t) => {
  const host = backup();
  host.pass(seconds(4));
  takenOver(host);
  stop(host);
  t.match(
    host.instance.history.map(({ from, to }) => `${from} ${to}`),
    ['BACKUP INIT', 'MASTER BACKUP', 'BACKUP MASTER', 'INIT BACKUP'],
  );
  const owner = master({ priority: 255 });
  stop(owner);
  takenOver(owner);
  t.equal(owner.state, 'INIT');
  t.match(
    owner.instance.history.map(({ from, to }) => `${from} ${to}`),
    ['MASTER INIT', 'BACKUP MASTER', 'INIT BACKUP'],
    'giving its addresses up is a part of having been MASTER',
  );
});
