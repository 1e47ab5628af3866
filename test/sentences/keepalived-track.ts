// What interfaces, files and processes do to an instance that tracks them: priority or FAULT. keepalived.conf(5): weight,
// reverse; the first results, and what is tracked without being written.

import type { Route, Track, VrrpInstance } from '../../src/config/model.js';
import { milliseconds, seconds } from '../../src/time.js';
import {
  aFile,
  anAddress,
  anInstance,
  aProcess,
  aScript,
  eth1,
  failed,
  ip,
  succeeded,
  TestHost,
  tracked,
} from '../vrrp/host.js';
import { sentence, stop, takenOver, within } from './words.js';

const eth3 = { ...eth1, index: 3, addresses: [] };
const anyRoute: Route = {
  kind: 'route',
  type: 'unicast',
  to: { address: ip('10.8.0.0'), length: 16 },
  table: 254,
  proto: 18,
  place: anInstance().place,
};
const down = { ...eth3, up: false };

function master(track: Partial<Track>, changes: Partial<VrrpInstance> = {}): TestHost {
  const instances = [anInstance({ tracks: [tracked(track)], ...changes })];
  const host = new TestHost({ instances, files: [aFile()], processes: [aProcess()] }, { eth1, eth3 });
  host.start();
  host.file(0);
  host.process(1);
  host.pass(seconds(30));
  return host;
}

sentence(
  'keepalived: a tracked interface without a weight: down or gone is a FAULT. ' +
    'vrrpd: where none of the addresses is on it they go when another router has announced them',
  (t) => {
    for (const link of [down, undefined]) {
      const host = master({ kind: 'interface', name: 'eth3' });
      t.same(host.link('eth3', link), ['advert 0']);
      t.same(takenOver(host), ['remove 192.168.1.190', 'advert 1', 'notify FAULT 120']);
      t.match(host.log.at(-1), link ? /FAULT STATE: eth3 is down/ : /FAULT STATE: there is no interface eth3/);
      t.same(host.link('eth3', eth3), ['notify BACKUP 120']);
    }
  },
);

sentence(
  'keepalived: a tracked interface with a weight: above 0 it is added while it is up, below 0 taken off while it is down',
  (t) => {
    for (const [weight, up, isDown] of [
      [20, 140, 120],
      [-20, 120, 100],
    ] as const) {
      const host = master({ kind: 'interface', name: 'eth3', weight });
      t.equal(host.instance.priority, up);
      t.same(host.link('eth3', down), []);
      t.equal(host.instance.priority, isDown);
      t.equal(host.state, 'MASTER');
    }
  },
);

sentence('keepalived: `reverse` turns both round', (t) => {
  const host = master({ kind: 'interface', name: 'eth3', weight: 20, reverse: true });
  t.equal(host.instance.priority, 120);
  host.link('eth3', down);
  t.equal(host.instance.priority, 140);
  const faulty = master({ kind: 'interface', name: 'eth3', reverse: true });
  t.equal(faulty.state, 'FAULT');
  t.match(faulty.log.join('\n'), /FAULT STATE.*: eth3 is up/);
  t.same(faulty.link('eth3', down), ['notify BACKUP 120']);
});

sentence(
  'keepalived: the interface of an address is tracked, unless no_track is written there; so is that of a route',
  (t) => {
    for (const noTrack of [{}, { noTrack: true }] as const) {
      const address = { ...anAddress('192.168.1.190', 'eth3'), ...noTrack };
      const route = { ...anyRoute, dev: 'eth3', ...noTrack };
      for (const changes of [{ virtualAddresses: [address] }, { virtualRoutes: [route] }]) {
        const host = master({}, { tracks: [], ...changes });
        host.link('eth3', down);
        const gone = 'virtualAddresses' in changes ? 'FAULT' : 'RELEASING';
        t.equal(host.state, 'noTrack' in noTrack ? 'MASTER' : gone);
      }
    }
  },
);

sentence('vrrpd: a route that is not tracked, whose interface comes up again, is set again by a MASTER', (t) => {
  const host = master({}, { tracks: [], virtualRoutes: [{ ...anyRoute, dev: 'eth3', noTrack: true }] });
  t.same(host.link('eth3', down), []);
  t.same(host.link('eth3', eth3), ['add-route 10.8.0.0/16 dev eth3 no_track']);
  t.same(host.link('eth3', { ...eth3, mtu: 1400 }), []);
  t.same(host.link('eth3', { ...eth3, index: 9 }), ['add-route 10.8.0.0/16 dev eth3 no_track'], 'or was made anew');
});

sentence('vrrpd: an interface that is tracked with a weight is no fault although an address is on it', (t) => {
  const tracks = [tracked({ kind: 'interface', name: 'eth3', weight: -20 })];
  const host = master({}, { tracks, virtualAddresses: [anAddress('192.168.1.190', 'eth3')] });
  t.same(host.link('eth3', undefined), []);
  t.equal(host.state, 'MASTER');
  t.equal(host.instance.priority, 100);
  t.same(host.link('eth3', eth3), ['add 192.168.1.190', 'garp 192.168.1.190 x1'], 'they went with it, and come back');
});

sentence(
  'keepalived: a file without a weight is awaited, then a fault as long as it holds another number than 0',
  (t) => {
    const host = new TestHost({
      instances: [anInstance({ tracks: [tracked({ kind: 'file', name: 'hand' })] })],
      files: [aFile()],
    });
    t.same(host.start(), ['open-link eth1', 'watch hand']);
    t.same(host.pass(seconds(20)), []);
    t.same(host.file(0), ['notify BACKUP 120']);
    t.match(host.log.at(-1), /Entering BACKUP STATE: started, and what was waited for has passed/);
    t.same(host.file(1), ['notify FAULT 120']);
    t.same(host.file(0), ['notify BACKUP 120']);
    t.match(host.log.at(-1), /hand no longer holds 1/);
  },
);

sentence('keepalived: a file with a weight moves the priority, and is a fault at -254', (t) => {
  const host = master({ kind: 'file', name: 'hand', weight: 2 });
  host.file(-10);
  t.equal(host.instance.priority, 100);
  t.match(host.log.at(-1), /Changing effective priority from 120 to 100: hand holds -10/);
  host.file(-127);
  takenOver(host);
  t.equal(host.state, 'FAULT');
  host.file(10);
  t.equal(host.state, 'BACKUP');
  t.equal(host.instance.priority, 140);
});

sentence('keepalived: garbage in a file counts as 0. vrrpd: and is told, once', (t) => {
  const host = master({ kind: 'file', name: 'hand', weight: 2 });
  host.file(-10);
  const reading = { kind: 'unusable', problem: 'it holds "on"' } as const;
  for (let count = 0; count < 3; count += 1) host.give({ kind: 'file', name: 'hand', reading });
  t.equal(host.instance.priority, 120);
  t.same(
    host.log.filter((line) => line.includes('"on"')),
    ['track_file hand: it holds "on": it counts as 0'],
  );
});

sentence('keepalived: a process whose quorum is lost is a FAULT without a weight, after terminate_delay', (t) => {
  const instances = [anInstance({ tracks: [tracked({ kind: 'process', name: 'web' })] })];
  const processes = [aProcess({ terminateDelay: milliseconds(500), forkDelay: milliseconds(200) })];
  const host = new TestHost({ instances, processes });
  host.start();
  t.same(host.pass(seconds(5)), [], 'the first count is awaited');
  t.same(host.process(1), ['notify BACKUP 120']);
  t.same(host.process(0), []);
  t.same(host.pass(milliseconds(499)), []);
  t.same(host.process(1), []);
  t.same(host.process(0), []);
  t.same(host.pass(milliseconds(500)), ['notify FAULT 120']);
  t.match(host.log.at(-1), /web failed \(0 haproxy running, 1 wanted\)/);
  host.process(1);
  t.same(host.pass(milliseconds(200)), ['notify BACKUP 120']);
});

sentence('keepalived: a process with a weight moves the priority', (t) => {
  const host = master({ kind: 'process', name: 'web', weight: -30 });
  t.equal(host.instance.priority, 120);
  host.process(0);
  t.equal(host.instance.priority, 90);
});

sentence('keepalived: a change of the priority is told where that is asked for', (t) => {
  const host = master({ kind: 'file', name: 'hand', weight: 1 }, { notifyPriorityChanges: true });
  t.same(host.file(5), ['notify MASTER_PRIORITY 125']);
  host.hear({ priority: 200 });
  t.same(host.file(7), ['notify MASTER_PRIORITY 127'], 'it has been told nothing else yet');
  host.claim();
  t.same(host.file(6), ['notify BACKUP_PRIORITY 126']);
  t.same(host.file(6), []);
});

sentence('vrrpd: a priority that grows by the clock may end the wait in the same turn', (t) => {
  const instances = [anInstance({ priority: 1, tracks: [tracked({ kind: 'process', name: 'web', weight: 253 })] })];
  const host = new TestHost({ instances, processes: [aProcess({ forkDelay: seconds(3) })] });
  host.start();
  host.process(0);
  host.pass(milliseconds(100));
  host.process(1);
  t.same(host.pass(seconds(3)).slice(0, 1), ['advert 254'], 'due at 3.008 s, of which 3.1 are over');
});

/** MASTER, with a check that has succeeded so far; `script` ends its next run. */
function checked(track: Partial<Track>, changes: Partial<VrrpInstance> = {}): TestHost {
  const instances = [anInstance({ tracks: [tracked(track)], ...changes })];
  const host = new TestHost({
    instances,
    scripts: [aScript(track.weight === undefined ? {} : { weight: track.weight })],
  });
  host.scriptsEnd = succeeded;
  host.start();
  host.pass(seconds(20));
  return host;
}

sentence(
  'keepalived: a check without weight fails: priority 0 twice, the address goes, FAULT; back when it succeeds. ' +
    'vrrpd: it goes when another router has announced it',
  (t) => {
    const host = checked({});
    t.same(host.script(failed), ['advert 0']);
    t.same(host.pass(milliseconds(5)), ['advert 0']);
    t.same(takenOver(host), ['remove 192.168.1.190', 'advert 1', 'notify FAULT 120']);
    t.match(host.log.at(-1), /Entering FAULT STATE: chk failed \(exit 1 after 31 ms: "haproxy: no process found"\)/);
    t.same(host.pass(seconds(2)), ['run chk', 'notify BACKUP 120']);
  },
);

sentence('keepalived: a check with a weight above 0: it is added while it succeeds', (t) => {
  const host = checked({ weight: 20 });
  t.equal(host.instance.priority, 140);
  t.same(host.script(failed), []);
  t.equal(host.instance.priority, 120);
});

sentence('keepalived: a check with a weight below 0: it is taken off while it fails', (t) => {
  const host = checked({ weight: -20 });
  t.equal(host.instance.priority, 120);
  host.script(failed);
  t.equal(host.instance.priority, 100);
  const line = '(VI_1) Changing effective priority from 120 to 100: chk failed (exit 1 after 31 ms: ';
  t.match(host.log.at(-1), line);
});

sentence('keepalived: a weight moves the priority that is said, and no state', (t) => {
  const host = checked({ weight: -20 });
  host.scriptsEnd = failed;
  host.script(failed);
  t.equal(host.state, 'MASTER');
  t.same(
    host.pass(seconds(1)).filter((word) => word.startsWith('advert')),
    ['advert 100'],
  );
});

sentence('keepalived: the effective priority is the sum of all, between 1 and 254', (t) => {
  const tracks = [
    tracked({ kind: 'file', name: 'hand', weight: 1 }),
    tracked({ kind: 'process', name: 'web', weight: -30 }),
    tracked({ kind: 'interface', name: 'eth3', weight: 10 }),
  ];
  const host = master({}, { tracks });
  t.equal(host.instance.priority, 130);
  host.file(-20);
  host.process(0);
  t.equal(host.instance.priority, 80);
  host.file(-200);
  t.equal(host.instance.priority, 1);
  host.file(253);
  t.equal(host.instance.priority, 254);
});

sentence('keepalived: the priority of the owner (255) never changes', (t) => {
  const host = checked({ weight: -20 }, { priority: 255 });
  host.script(failed);
  t.equal(host.instance.priority, 255);
});

sentence('keepalived: at the shutdown running checks get SIGTERM, and no more are run', (t) => {
  const host = checked({ weight: 2 });
  host.scriptsEnd = undefined;
  host.pass(seconds(2));
  t.same(stop(host), ['SIGTERM chk', 'advert 0']);
  t.same(
    host.times('run').filter((at) => at > host.at),
    [],
  );
  t.same(within(host, seconds(60), 'run'), [], 'although the addresses are held for a while');
});
