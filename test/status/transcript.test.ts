// What a transcript says of a step, and what it leaves out because it was said before.

import t from 'tap';
import { parsePrefix } from '../../src/address.js';
import { Transcript } from '../../src/status/transcript.js';
import { seconds } from '../../src/time.js';
import type { Effect } from '../../src/vrrp/effect.js';
import type { Input } from '../../src/vrrp/input.js';
import {
  aClaim,
  aConfig,
  anAddress,
  anAdvert,
  anInstance,
  aScript,
  eth1,
  failed,
  ip,
  otherMac,
  succeeded,
  TestHost,
  tracked,
} from '../vrrp/host.js';

/** The lines of a router that is given these inputs; a number lets so many seconds pass. */
function played(host: TestHost, transcript: Transcript, ...inputs: readonly (Input | number)[]): string[] {
  const lines: string[] = [];
  const give = (input: Input): void => {
    const effects = host.router.handle(input, host.now);
    lines.push(...transcript.lines({ input, effects }).map(({ text }) => text));
  };
  for (const input of inputs)
    if (typeof input !== 'number') give(input);
    else
      for (let tick = 0; tick < input; tick += 1) {
        host.now = host.router.nextDeadline() ?? host.now;
        give({ kind: 'tick' });
      }
  return lines;
}

const said = (input: Input, effects: Effect[] = [], transcript = new Transcript()): string[] =>
  transcript.lines({ input, effects }).map(({ text }) => text);

t.test('a take-over and its end', (t) => {
  const host = new TestHost({}, {});
  const transcript = new Transcript();
  t.strictSame(played(host, transcript, { kind: 'link', interface: 'eth1', link: eth1 }, { kind: 'start' }), [
    'eth1 is up, has 192.168.1.191/24, fe80::191/64',
    'start',
    'listens on eth1',
    '(VI_1) Entering BACKUP STATE (init): started',
    'notify INSTANCE "VI_1" BACKUP 120',
  ]);
  t.strictSame(played(host, transcript, 1), [
    'eth1 > vrid 91 prio 120 (192.168.1.190)',
    'add 192.168.1.190/32 to eth1',
    'eth1 > gratuitous ARP for 192.168.1.190, 5 rounds',
    '(VI_1) Entering MASTER STATE: no advert heard for 3.531 s (120 here); was BACKUP for 3.531 s',
    'notify INSTANCE "VI_1" MASTER 120',
  ]);
  t.strictSame(played(host, transcript, 1), ['eth1 > ARP probe for 192.168.1.190']);
  t.strictSame(played(host, transcript, 8), [], 'adverts and announcements as always');
  t.strictSame(played(host, transcript, anAdvert({ priority: 200 })), [
    'eth1 < 192.168.1.192: vrid 91 prio 200 (192.168.1.190)',
    '(VI_1) Master received advert from 192.168.1.192 with higher priority 200, ours 120',
    '(VI_1) Giving up the addresses: heard 192.168.1.192 with priority 200, ours 120; they stay until 192.168.1.192 announces them',
  ]);
  t.strictSame(played(host, transcript, 1).slice(-3), [
    'remove 192.168.1.190/32 from eth1',
    '(VI_1) Entering BACKUP STATE: heard 192.168.1.192 with priority 200, ours 120; was MASTER for 9.01 s',
    'notify INSTANCE "VI_1" BACKUP 120',
  ]);
  t.strictSame(played(host, transcript, anAdvert({ priority: 200 }), anAdvert({ priority: 200 })), []);
  t.match(played(host, transcript, 1)[0], 'eth1 > vrid 91 prio 120', 'as the new master it is news again');
  t.end();
});

t.test('checks: a result is told when it is another one', (t) => {
  const transcript = new Transcript();
  const check = (outcome: typeof failed): Input => ({ kind: 'script', script: 'chk', outcome });
  t.strictSame(said(check(succeeded), [], transcript), ['check chk: exit 0 after 12 ms']);
  t.strictSame(said(check(succeeded), [], transcript), []);
  t.strictSame(said(check(failed), [], transcript), ['check chk: exit 1 after 31 ms: "haproxy: no process found"']);
  t.strictSame(said(check(failed), [], transcript), []);
  t.end();
});

t.test('each other kind of input and effect', (t) => {
  const prefix = parsePrefix('10.0.0.9/24');
  const transcript = new Transcript();
  const link = (changes: Partial<typeof eth1>): Input => ({
    kind: 'link',
    interface: 'eth1',
    link: { ...eth1, ...changes },
  });
  said(link({}), [], transcript);
  t.strictSame(said(link({ up: false }), [], transcript), ['eth1 is down']);
  t.strictSame(said(link({ addresses: prefix ? [prefix] : [] }), [], transcript), [
    'eth1 is up',
    'eth1 has 10.0.0.9/24',
    'eth1 has no longer 192.168.1.191/24, fe80::191/64',
  ]);
  const cases: readonly (readonly [Input, Effect[], string[]])[] = [
    [{ kind: 'link', interface: 'eth1' }, [], ['eth1 is not there']],
    [{ kind: 'stop', cause: 'SIGTERM' }, [], ['stop: SIGTERM']],
    [{ kind: 'reload', config: aConfig({}) }, [], ['reload']],
    [{ kind: 'failover', name: 'VI_1' }, [], ['asked for a failover of VI_1']],
    [{ kind: 'maintenance', on: false }, [], ['asked for maintenance off']],
    [
      { kind: 'address-removed', interface: 'eth1', address: ip('10.0.0.1') },
      [],
      ['eth1: somebody else removed 10.0.0.1'],
    ],
    [{ kind: 'file', name: 'hand', reading: { kind: 'number', value: 5 } }, [], ['track_file hand: 5']],
    [{ kind: 'process', name: 'web', count: 2 }, [], ['track_process web: 2 running']],
    [
      { kind: 'failed', effect: 'add-address', interface: 'eth1', address: ip('10.0.0.1'), error: 'no such device' },
      [],
      ['refused: add-address 10.0.0.1 on eth1: no such device'],
    ],
    [
      { kind: 'packet', interface: 'eth1', packet: { kind: 'unreadable', reason: 'too-short' } },
      [],
      ['eth1 < unreadable: too-short'],
    ],
    [
      { kind: 'tick' },
      ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'].map((one) => ({ kind: 'add-address', address: anAddress(one) })),
      ['add 10.0.0.1/32, 10.0.0.2/32 and 2 more to eth1'],
    ],
    [{ kind: 'tick' }, [{ kind: 'signal-script', script: 'chk', signal: 'SIGTERM' }], ['SIGTERM to chk']],
    [{ kind: 'tick' }, [{ kind: 'log', level: 'debug', text: 'setting VIPs.' }], []],
    [{ kind: 'tick' }, [{ kind: 'log', level: 'warn', text: 'one\ntwo' }], ['one / two']],
  ];
  for (const [input, effects, lines] of cases) t.strictSame(said(input, effects), lines, lines[0] ?? 'nothing');
  t.strictSame(new Transcript().lines({ input: { kind: 'tick' }, effects: [], thrown: 'oh' }), [
    { kind: 'thrown', text: 'internal error: oh' },
  ]);
  t.end();
});

t.test('who else announces an address is told once in each state', (t) => {
  const transcript = new Transcript();
  const host = new TestHost();
  const lines = (...inputs: readonly (Input | number)[]): string[] =>
    played(host, transcript, ...inputs).filter((line) => / announces \d|answers for/.test(line));
  const announces = 'eth1: 02:00:00:00:00:07 announces 192.168.1.190';
  t.strictSame(lines({ kind: 'start' }, aClaim(), aClaim(), aClaim()), [announces]);
  t.strictSame(lines(aClaim({ isAnswer: true })), ['eth1: 02:00:00:00:00:07 answers for 192.168.1.190']);
  t.strictSame(lines(4, aClaim()), [announces], 'as MASTER it is news');
  t.strictSame(lines(aClaim(), aClaim()), []);
  t.end();
});

t.test('IPv6, other groups and unicast', (t) => {
  const [eth1, ipv6] = [{ interface: 'eth1' }, { interface: 'eth1', family: 'ipv6' }] as const;
  const advert = { version: 3, virtualRouterId: 91, priority: 120, interval: seconds(1) } as const;
  const to = (destination: string, ...addresses: string[]): Effect => ({
    ...{ kind: 'send-advert', interface: 'eth1', advert: { ...advert, addresses: addresses.map(ip) } },
    header: { source: ip('::'), destination: ip(destination), ttl: 255, identification: 0 },
  });
  const burst = { ...eth1, mac: otherMac, addresses: [ip('fe80::190'), ip('2001:db8::190')], rounds: 5 };
  const cases: readonly (readonly [Effect, string])[] = [
    [{ kind: 'open-link', ...ipv6, groups: [ip('ff02::12')] }, 'listens on eth1 (IPv6)'],
    [{ kind: 'open-link', ...ipv6, groups: [ip('ff02::13')] }, 'listens on eth1 (IPv6) for ff02::13'],
    [{ kind: 'open-link', ...eth1, family: 'ipv4', groups: [] }, 'listens on eth1 for unicast'],
    [
      { kind: 'open-link', ...eth1, family: 'ipv4', groups: [ip('224.0.0.18'), ip('224.0.0.77')] },
      'listens on eth1 for 224.0.0.18 and 224.0.0.77',
    ],
    [{ kind: 'close-link', ...ipv6 }, 'listens no longer on eth1 (IPv6)'],
    [to('ff02::12', 'fe80::190', '2001:db8::190'), 'eth1 > vrid 91 prio 120 v3 (fe80::190 and 1 more)'],
    [to('192.168.1.192', '192.168.1.190'), 'eth1 > 192.168.1.192: vrid 91 prio 120 v3 (192.168.1.190)'],
    [{ kind: 'send-na', ...burst }, 'eth1 > neighbour advertisement for fe80::190, 2001:db8::190, 5 rounds'],
    [
      { kind: 'send-probe', ...eth1, mac: otherMac, address: ip('fe80::190') },
      'eth1 > neighbour solicitation for fe80::190',
    ],
  ];
  for (const [effect, line] of cases) t.strictSame(said({ kind: 'tick' }, [effect]), [line]);
  t.strictSame(said({ kind: 'failed', effect: 'open-link', ...ipv6, error: 'no such device' }), [
    'refused: open-link on eth1 (IPv6): no such device',
  ]);
  const transcript = new Transcript();
  const all = ['192.168.1.192', '192.168.1.193', '192.168.1.192'].map((peer) => to(peer, '192.168.1.190'));
  t.equal(said({ kind: 'tick' }, all, transcript).length, 2, 'once for each peer');
  t.strictSame(said({ kind: 'tick' }, all, transcript), []);
  t.end();
});

t.test('an advert of another interval, version or fault shows it', (t) => {
  const line = (changes: Parameters<typeof anAdvert>[0]): string | undefined => said(anAdvert(changes))[0];
  t.equal(line({ priority: 9, interval: seconds(3) }), 'eth1 < 192.168.1.192: vrid 91 prio 9 each 3 s (192.168.1.190)');
  t.equal(
    line({ priority: 9, version: 3, ttl: 1, checksumValid: false, addresses: ['10.0.0.1', '10.0.0.2', '10.0.0.3'] }),
    'eth1 < 192.168.1.192: vrid 91 prio 9 v3 (10.0.0.1 and 2 more), ttl 1, bad checksum',
  );
  t.end();
});

t.test('a check that runs every two seconds says nothing while all is well', (t) => {
  const host = new TestHost({ instances: [anInstance({ tracks: [tracked({ name: 'chk' })] })], scripts: [aScript()] });
  const transcript = new Transcript();
  played(host, transcript, { kind: 'start' }, 1, { kind: 'script', script: 'chk', outcome: succeeded }, 5);
  t.strictSame(played(host, transcript, 5, { kind: 'script', script: 'chk', outcome: succeeded }, 5), []);
  t.end();
});
