// RFC 3768 § 6.4.3: the state Master. It functions as the forwarding router for the IP addresses of the virtual router.

import { milliseconds, seconds } from '../../src/time.js';
import { anAddress, ip } from '../vrrp/host.js';
import { backup, hears, master, MASTER_DOWN, sentence, stop, takenOver, takesOverAfter, within } from './words.js';

sentence('RFC 3768 § 6.4.3: MUST respond to ARP requests for the IP address(es): they are on the interface', (t) => {
  const host = backup({ virtualAddresses: ['10.0.0.1', '10.0.0.2'].map((text) => anAddress(text)) });
  const words = host.pass(seconds(4));
  for (const word of ['add 10.0.0.1', 'add 10.0.0.2']) t.ok(words.includes(word), word);
});

sentence(
  'RFC 3768 § 6.4.3: MUST respond to ARP requests: an address that somebody removes is put back at once',
  (t) => {
    const host = master();
    const removed = { kind: 'address-removed', interface: 'eth1', address: ip('192.168.1.190') } as const;
    t.same(host.give(removed), ['add 192.168.1.190', 'garp 192.168.1.190 x1']);
    t.equal(host.state, 'MASTER');
  },
);

sentence(
  'RFC 3768 § 6.4.3: MUST NOT accept packets addressed to the IP address(es) if it is not the owner. ' +
    'vrrpd: accepts, as keepalived: the service that listens there is why the address exists',
  (t) => {
    const words = backup({ priority: 100 }).pass(seconds(4));
    t.ok(words.includes('add 192.168.1.190'), 'a local address like any other');
  },
);

sentence('RFC 3768 § 6.4.3: MUST accept packets addressed to the IP address(es) if it is the owner', (t) => {
  t.ok(backup({ priority: 255 }).pass(seconds(0)).includes('add 192.168.1.190'));
});

sentence('RFC 3768 § 6.4.3: Shutdown: Cancel the Adver_Timer', (t) => {
  const host = master();
  stop(host);
  t.same(within(host, seconds(60), 'advert 120'), [], 'not one more');
  t.equal(host.router.nextDeadline(), undefined);
});

sentence(
  'RFC 3768 § 6.4.3: Shutdown: Send an ADVERTISEMENT with Priority = 0, before the address goes. ' +
    'vrrpd: the address stays until the next master announces it',
  (t) => {
    const host = master();
    t.same(stop(host), ['advert 0']);
    t.same(host.pass(milliseconds(5)), ['advert 0'], 'once more, in case the first one is lost');
    t.same(host.pass(seconds(0.5)), [], 'meanwhile it serves');
    t.same(takenOver(host), ['remove 192.168.1.190', 'advert 1', 'notify STOP 120', 'close-link eth1']);
    t.equal(host.instance.statistics.priorityZeroSent, 2);
  },
);

sentence(
  'RFC 3768 § 6.4.3: Shutdown: Transition to the {Initialize} state. vrrpd: when the address is off the host',
  (t) => {
    const host = master();
    stop(host);
    t.equal(host.state, 'RELEASING');
    takenOver(host);
    t.equal(host.state, 'INIT');
    t.match(host.log.join('\n'), /\(VI_1\) Stopping: SIGTERM; was MASTER for 16\.469 s/);
  },
);

sentence('RFC 3768 § 6.4.3: Adver_Timer fires: Send an ADVERTISEMENT', (t) => {
  t.equal(within(master(), seconds(10), 'advert 120').length, 10);
});

sentence('RFC 3768 § 6.4.3: Adver_Timer fires: Reset the Adver_Timer to Advertisement_Interval', (t) => {
  t.same(within(master(), seconds(3), 'advert'), [0.53125, 1.53125, 2.53125], 'from its own last deadline');
});

sentence('RFC 3768 § 6.4.3: Priority in the ADVERTISEMENT is Zero: Send an ADVERTISEMENT', (t) => {
  const host = master();
  t.same(host.hear({ priority: 0 }), ['advert 120']);
  t.equal(host.state, 'MASTER');
});

sentence(
  'RFC 3768 § 6.4.3: Priority Zero: Reset the Adver_Timer to Advertisement_Interval. ' +
    'vrrpd: the timer keeps its own rhythm: nobody can hold our adverts up by sending packets',
  (t) => {
    const host = master();
    host.hear({ priority: 0 });
    t.same(within(host, seconds(2), 'advert'), [0.53125, 1.53125]);
  },
);

sentence('RFC 3768 § 6.4.3: the Priority is greater than the local one: Cancel Adver_Timer', (t) => {
  const host = master();
  t.same(host.hear({ priority: 121 }), ['advert 1'], 'no priority 0 is said');
  t.same(within(host, seconds(3.5), 'advert'), []);
});

sentence('RFC 3768 § 6.4.3: the Priority is greater: Set Master_Down_Timer to Master_Down_Interval', (t) => {
  const host = master();
  host.hear({ priority: 121 });
  t.equal(takesOverAfter(host), MASTER_DOWN);
});

sentence(
  'RFC 3768 § 6.4.3: the Priority is greater: Transition to the {Backup} state. ' +
    'vrrpd: when the address is off, which the other one has announced by then',
  (t) => {
    const host = master();
    host.hear({ priority: 121 });
    t.match(host.log.at(-2), '(VI_1) Master received advert from 192.168.1.192 with higher priority 121, ours 120');
    t.match(
      host.log.at(-1),
      'Giving up the addresses: heard 192.168.1.192 with priority 121, ours 120; they stay until',
    );
    t.equal(host.state, 'RELEASING');
    t.same(host.claim(), ['remove 192.168.1.190', 'notify BACKUP 120']);
    t.equal(host.state, 'BACKUP');
    t.match(host.log.at(-1), 'Entering BACKUP STATE: heard 192.168.1.192 with priority 121, ours 120; was MASTER for');
  },
);

sentence('RFC 3768 § 6.4.3: the Priority is equal and the primary address of the sender greater: {Backup} too', (t) => {
  const host = master();
  takenOver(host, { priority: 120, from: '192.168.1.192' });
  t.equal(host.state, 'BACKUP');
  t.equal(takesOverAfter(host), MASTER_DOWN);
  t.match(host.log.join('\n'), 'with same priority 120 but higher IP address than ours');
});

sentence('RFC 3768 § 6.4.3: addresses are compared as unsigned numbers, not as text', (t) => {
  for (const [from, state] of [
    ['192.168.1.20', 'MASTER'],
    ['192.168.1.200', 'BACKUP'],
    ['192.168.1.1', 'MASTER'],
    ['9.255.255.255', 'MASTER'],
    ['200.0.0.1', 'BACKUP'],
  ] as const) {
    const host = master();
    host.hear({ priority: 120, from });
    host.pass(milliseconds(11));
    t.equal(host.state, state, `${from} against 192.168.1.191`);
  }
});

sentence('RFC 3768 § 6.4.3: else: Discard ADVERTISEMENT: it stays Master, and its timer where it is', (t) => {
  for (const said of [{ priority: 119 }, { priority: 1 }, { priority: 120, from: '192.168.1.190' }]) {
    const host = master();
    host.hear(said);
    t.equal(host.state, 'MASTER');
    t.same(within(host, seconds(1), 'advert'), [0.53125]);
  }
});

sentence('RFC 3768 § 6.4.3: what is heard while it is Master moves no advert, however much of it there is', (t) => {
  const host = master();
  for (let count = 0; count < 100; count += 1) {
    host.now = (host.now + 5_000) as typeof host.now;
    host.hear({ priority: 100 });
  }
  t.same(within(host, seconds(2), 'advert'), [0.03125, 1.03125]);
});

sentence('RFC 3768 § 6.4.3: a Master that was preempted and hears the other one stays in {Backup}', (t) => {
  const host = master();
  hears(host, { priority: 121 }, { times: 60 });
  t.equal(host.state, 'BACKUP');
  t.equal(host.instance.statistics.releasedMaster, 1);
});
