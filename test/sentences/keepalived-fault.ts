// FAULT, and what others do to the host: interfaces that go down and come back, sockets, addresses that somebody removes,
// and the end. keepalived.conf(5): dont_track_primary, interface_up_down_delays, no_track.

import { milliseconds, seconds } from '../../src/time.js';
import { aGroup, anAddress, anInstance, eth1, ip, TestHost, tracked, withLeft } from '../vrrp/host.js';
import { backup, initialize, master, MASTER_DOWN, second, sentence, stop, takenOver, takesOverAfter } from './words.js';

const down = { ...eth1, up: false };
const removed = { kind: 'address-removed', interface: 'eth1', address: ip('192.168.1.190') } as const;
const refusal = { kind: 'failed', effect: 'open-link', interface: 'eth1', error: 'no buffers' } as const;

sentence(
  'keepalived: the own interface goes down: FAULT, the addresses go; nothing can be said over a dead link',
  (t) => {
    const host = master();
    t.same(host.link('eth1', down), ['remove 192.168.1.190', 'notify FAULT 120']);
    t.match(host.log.join('\n'), 'Netlink reports eth1 down');
    t.match(host.log.at(-1), /Entering FAULT STATE: eth1 is down; was MASTER for/);
    t.same(host.pass(seconds(60)), [], 'the priority is not advertised');
  },
);

sentence('keepalived: BACKUP to FAULT: nothing is sent', (t) => {
  const host = backup();
  t.same(host.link('eth1', down), ['notify FAULT 120']);
  t.same(host.pass(seconds(60)), []);
});

sentence('keepalived: MASTER to FAULT with the link up: priority 0 twice, the addresses go, then it is told', (t) => {
  const host = master({ excludedAddresses: [anAddress('192.168.1.200', 'eth3')] });
  t.equal(host.state, 'FAULT', 'there is no eth3 yet');
  host.link('eth3', { ...eth1, addresses: [] });
  host.pass(seconds(10));
  const gone = ['remove 192.168.1.190', 'remove 192.168.1.200'];
  t.same(host.link('eth3', { ...down, addresses: [] }), ['advert 0', 'advert 0', ...gone, 'notify FAULT 120']);
  t.equal(host.instance.statistics.priorityZeroSent, 2);
});

sentence('keepalived: in FAULT adverts are ignored', (t) => {
  const host = backup();
  host.link('eth1', down);
  for (const priority of [0, 1, 200]) t.same(host.hear({ priority }), []);
  t.equal(host.state, 'FAULT');
  t.equal(host.instance.statistics.advertsHeard, 0);
});

sentence('keepalived: when the last fault is over: BACKUP with a full Master_Down timer', (t) => {
  const host = backup({ virtualAddresses: [anAddress('192.168.1.190', 'eth2')] });
  t.equal(host.state, 'FAULT', 'the interface of its address is not there');
  host.link('eth1', down);
  t.match(host.instance.state, { reasons: [{ kind: 'link-down' }, { kind: 'no-interface' }] }, 'both are kept');
  t.same(host.link('eth1', eth1), [], 'one of two is over');
  t.same(host.link('eth2', withLeft(eth1, '192.168.1.190')), ['remove 192.168.1.190', 'notify BACKUP 120']);
  t.equal(takesOverAfter(host), MASTER_DOWN);
});

sentence(
  'vrrpd: an address of an interface that comes late: FAULT until then, and what an earlier run left comes off',
  (t) => {
    const instances = [anInstance({ virtualAddresses: [anAddress('192.168.1.190', 'eth3')] })];
    const host = new TestHost({ instances });
    host.start();
    t.equal(host.state, 'FAULT');
    const left = { ...eth1, addresses: [{ address: ip('192.168.1.190'), length: 32 }] };
    t.same(host.link('eth3', left), ['remove 192.168.1.190', 'notify BACKUP 120']);
  },
);

sentence('keepalived: an owner leaves FAULT with a timer of advert_int and its skew', (t) => {
  const host = master({ priority: 255 });
  host.link('eth1', down);
  host.link('eth1', eth1);
  t.equal(host.state, 'BACKUP');
  t.equal(takesOverAfter(host), 1.003906);
});

sentence('keepalived: no primary address: FAULT until there is one. vrrpd: when it lacks one for 1 s', (t) => {
  const host = master();
  host.link('eth1', { ...eth1, addresses: [] });
  t.same(host.pass(milliseconds(999)), ['advert 120'], 'nothing changes');
  t.same(host.pass(milliseconds(1)), ['remove 192.168.1.190', 'notify FAULT 120']);
  t.match(host.log.at(-1), /eth1 has no IPv4 address to send from/);
  t.same(host.link('eth1', eth1), ['notify BACKUP 120']);

  const restarted = master();
  restarted.link('eth1', { ...eth1, addresses: [] });
  restarted.pass(milliseconds(12));
  t.same(restarted.link('eth1', eth1), []);
  t.match(restarted.log.at(-1), 'eth1 again after 12 ms');
  t.same(restarted.pass(seconds(2)), ['advert 120', 'advert 120']);
});

sentence('keepalived: dont_track_primary: the own interface going down is no FAULT', (t) => {
  const host = master({ dontTrackPrimary: true });
  t.same(host.link('eth1', down), []);
  t.equal(host.state, 'MASTER');
});

sentence(
  'keepalived: an interface that is deleted: FAULT; made again: bound anew. vrrpd: without dynamic_interfaces too',
  (t) => {
    const host = master();
    t.same(
      host.link('eth1'),
      ['close-link eth1', 'remove 192.168.1.190', 'notify FAULT 120'],
      'it may only have another name',
    );
    t.same(host.link('eth1', { ...eth1, index: 9 }), ['open-link eth1', 'notify BACKUP 120']);
  },
);

sentence(
  'keepalived: an interface that was made anew unseen: bound anew, and a MASTER sets its addresses again',
  (t) => {
    const words = master().link('eth1', { ...eth1, index: 9 });
    t.same(words, ['close-link eth1', 'open-link eth1', 'add 192.168.1.190', 'garp 192.168.1.190 x1']);
  },
);

sentence('a socket that cannot be opened is a FAULT that is not spoken of, tried again when the link changes', (t) => {
  const host = master();
  t.same(host.give(refusal), ['remove 192.168.1.190', 'notify FAULT 120'], 'nothing could leave');
  t.match(host.log.at(-1), /cannot listen on eth1: no buffers/);
  t.same(host.link('eth1', { ...eth1, mtu: 1400 }), ['open-link eth1', 'notify BACKUP 120']);
});

sentence('its own interface is one fault, also when its group tracks it', (t) => {
  const groups = [aGroup(['VI_1'], { tracks: [tracked({ kind: 'interface', name: 'eth1' })] })];
  const host = backup({}, { groups });
  host.link('eth1', down);
  t.match(host.log.at(-1), /Entering FAULT STATE: eth1 is down; was BACKUP/);
  host.link('eth1');
  t.same(host.instance.ownFaults(), [{ kind: 'no-interface', interface: 'eth1' }]);
});

const delays = [{ interface: 'eth1', down: seconds(1), up: seconds(2) }];

sentence(
  'keepalived: interface_up_down_delays: a change that is shorter than the delay is none, and flaps do not add up',
  (t) => {
    const host = master({}, { delays });
    const before = host.log.length;
    for (let count = 0; count < 5; count += 1) {
      t.same(host.link('eth1', down), []);
      host.pass(milliseconds(999));
      t.same(host.link('eth1', eth1), []);
      host.pass(milliseconds(50));
    }
    t.equal(host.state, 'MASTER');
    t.notOk(host.log.slice(before).some((line) => line.includes('eth1 down')));
  },
);

sentence(
  'keepalived: interface_up_down_delays: what lasts counts when the delay is over, from its beginning on',
  (t) => {
    const host = master({}, { delays });
    host.link('eth1', down);
    host.pass(milliseconds(600));
    host.link('eth1', { ...down, mtu: 1400 });
    t.notOk(host.pass(milliseconds(399)).includes('notify FAULT 120'));
    t.same(host.pass(milliseconds(1)), ['remove 192.168.1.190', 'notify FAULT 120']);
    host.link('eth1', eth1);
    t.same(host.pass(milliseconds(1999)), []);
    t.same(host.pass(milliseconds(1)), ['notify BACKUP 120']);
  },
);

sentence(
  'keepalived: a VIP that somebody removes costs it 0.4 s. vrrpd: back at once and announced, nothing is said',
  (t) => {
    const host = master();
    t.same(host.give(removed), ['add 192.168.1.190', 'garp 192.168.1.190 x1']);
    t.match(host.log.at(-1), 'Netlink reflector reports IP 192.168.1.190 removed from eth1: put back at once');
  },
);

sentence('vrrpd: a fight for an address, more than 5 times in 10 s, cannot be won here: it gives way', (t) => {
  const host = master();
  for (let count = 0; count < 5; count += 1) t.equal(host.give(removed)[0], 'add 192.168.1.190', 'put back');
  t.same(host.give(removed), ['advert 0'], 'not any more');
  t.match(
    host.log.at(-1),
    /Giving up the addresses: 192\.168\.1\.190 was removed from eth1 6 times in 10 s by somebody/,
  );
  host.hear({ priority: 100 });
  t.same(host.pass(milliseconds(10)), ['advert 1', 'notify BACKUP 120']);
});

sentence('keepalived: no_track: the removal of the address by others is ignored', (t) => {
  const host = master({ virtualAddresses: [{ ...anAddress('192.168.1.190'), noTrack: true }] });
  t.same(host.give(removed), []);
});

sentence('keepalived: in BACKUP it is no business of its own', (t) => {
  t.same(backup().give(removed), []);
});

sentence('vrrpd: an address that the kernel refuses is tried again with each advert, and told once in a while', (t) => {
  const host = master();
  const refused = { ...removed, kind: 'failed', effect: 'add-address', error: 'EPERM' } as const;
  host.give(refused);
  t.same(host.pass(seconds(1)), ['advert 120', 'add 192.168.1.190', 'garp 192.168.1.190 x1']);
  host.give(refused);
  t.equal(host.log.filter((line) => line.includes('refused: EPERM')).length, 1);
});

sentence(
  'keepalived: shutdown: each MASTER one priority 0, the addresses go, STOP is told after that. ' +
    'vrrpd: each address goes when another router has announced it, and with the last one the daemon',
  (t) => {
    const host = new TestHost({ instances: [anInstance(), second({ priority: 90 })] });
    host.start();
    host.pass(seconds(20));
    t.same(stop(host), ['advert 0', 'advert 0']);
    t.same(host.pass(seconds(0.3)), ['advert 0', 'advert 0']);
    t.same(takenOver(host), ['remove 192.168.1.190', 'advert 1', 'notify STOP 120']);
    host.hear({ priority: 200, virtualRouterId: 92, addresses: ['192.168.1.200'] });
    t.same(host.claim({ address: '192.168.1.200' }), [
      ...['remove 192.168.1.200', 'advert 1', 'notify STOP 90'],
      'close-link eth1',
    ]);
    t.ok(host.router.hasStopped);
  },
);

sentence('keepalived: excluded addresses go with the others', (t) => {
  const host = master({ excludedAddresses: [anAddress('10.0.0.9')] });
  host.hear({ priority: 200 });
  t.same(host.pass(milliseconds(11)), ['remove 192.168.1.190', 'remove 10.0.0.9', 'notify BACKUP 120']);
});

sentence('keepalived: shutdown: those that are not MASTER send nothing', (t) => {
  const faulty = backup();
  faulty.link('eth1', down);
  for (const host of [backup(), faulty]) t.same(stop(host), ['notify STOP 120', 'close-link eth1']);
  t.same(stop(initialize()), ['notify STOP 120']);
});
