// The address moves because somebody wants it: a stop, a failover, maintenance, a reload that removes the instance, a check
// that fails, a better router that returns. The client misses nothing, nobody else becomes MASTER, and those who are told
// by a notify script are told when the address is off. RFC 3768 § 6.4.3; with vrrpd and keepalived as the heir.

import t, { type Test } from 'tap';
import type { Daemon } from './daemon.js';
import { ask, linesOf } from './lone-host.js';
import { configuration, VIP } from './pair.js';
import { during, WatchedPair } from './watched-pair.js';

/** ms. What gives the address up here is keepalived, which drops it at the first word. */
const HANDED_OVER = 125;
const TOLD = '/run/lab/told';
const CHECK = '/run/lab/check';
/** What is told, and how often the address is on the interface at that moment. */
const NOTIFY = `#!/bin/sh
echo "$3 $(ip -o address show dev eth1 | grep -c ' ${VIP}/')" >> ${TOLD}
`;
/** So that there is something to serve without VI_1 too. */
const OTHER = configuration({ priority: 100, nopreempt: false })
  .replace('VI_1', 'VI_2')
  .replace('_id 91', '_id 92')
  .replace(VIP, '192.168.1.189');

interface Move {
  readonly name: string;
  /** What makes a give the address up, and what lets it return. */
  readonly away: (watched: WatchedPair) => Promise<unknown>;
  readonly back?: (watched: WatchedPair) => Promise<unknown>;
}

const reload = async ({ a }: WatchedPair, text: string): Promise<void> => {
  await a.host.namespace.write('/etc/keepalived/keepalived.conf', text);
  await a.job?.signal('SIGHUP');
};
const check = ({ a }: WatchedPair, code: number): Promise<void> =>
  a.host.namespace.write(CHECK, `#!/bin/sh\nexit ${code}\n`, { mode: 0o755 });

const stop: Move = {
  name: 'a stop',
  away: ({ a }) => a.job?.stop() ?? Promise.resolve(),
  back: (watched) => watched.start(watched.a),
};
const moves: readonly Move[] = [
  stop,
  { name: 'a failover', away: ({ a }) => ask(a.host.namespace, { command: 'failover', name: 'VI_1' }) },
  {
    name: 'maintenance',
    away: ({ a }) => ask(a.host.namespace, { command: 'maintenance', on: true, seconds: 600 }),
    back: ({ a }) => ask(a.host.namespace, { command: 'maintenance', on: false }),
  },
  {
    name: 'a reload without the instance',
    away: (watched) => reload(watched, OTHER),
    back: (watched) => reload(watched, watched.a.configuration),
  },
  { name: 'a check that fails', away: (watched) => check(watched, 1), back: (watched) => check(watched, 0) },
];

/** With a check, which succeeds, with a script that is told, and with another instance. */
const tracked = (text: string, name: string): string =>
  name === 'b'
    ? text
    : `vrrp_script chk {\n script ${CHECK}\n interval 1\n}\n${OTHER}` +
      text.replace('advert_int 1', `advert_int 1\n notify /run/lab/notify\n track_script {\n chk\n }`);

async function judge(t: Test, watched: WatchedPair, { name, away, back }: Move): Promise<void> {
  const { a, b } = watched;
  const gone = await during(watched, async () => {
    await away(watched);
    await watched.only(b);
  });
  t.ok(gone.lost <= gone.most, `${name}: ${gone.lost} of ${gone.sent} requests had no answer`);
  t.equal(gone.changes, 1, 'the client was answered by the one, then by the other');
  t.equal(gone.speakers.at(-1), 'b');
  t.ok(gone.speakers.length <= 2, `nobody else became MASTER: ${gone.speakers.join()}`);
  const told = (await linesOf(a.host.namespace, TOLD)).slice(2);
  t.ok(told.length > 0, 'and it was told');
  t.strictSame(
    told.filter((line) => !line.endsWith(' 0')),
    [],
    'when the address was off',
  );
  if (back) await judgeReturn(t, watched, back);
}

/** The better one comes back, and b gives way. */
async function judgeReturn(t: Test, watched: WatchedPair, back: NonNullable<Move['back']>): Promise<void> {
  const returned = await during(watched, async () => {
    await back(watched);
    await watched.only(watched.a);
  });
  if (watched.b.daemon === 'vrrpd')
    t.ok(returned.lost <= returned.most, `its return: ${returned.lost} of ${returned.sent}`);
  else t.ok(returned.longestHole < HANDED_OVER, `its return: the hole of ${returned.longestHole} ms`);
  t.equal(returned.changes, 1);
  t.equal(returned.speakers.at(-1), 'a');
  t.ok(returned.speakers.length <= 2, `nobody else became MASTER: ${returned.speakers.join()}`);
}

t.jobs = 4;
for (const heir of ['vrrpd', 'keepalived'] as const satisfies readonly Daemon[])
  for (const move of moves)
    t.test(`${move.name}, the heir is ${heir}`, { buffered: true }, (t) =>
      WatchedPair.play(
        t,
        {
          ...{ a: 'vrrpd', b: heir, nopreempt: false, edit: tracked },
          programs: { '/run/lab/notify': NOTIFY, [CHECK]: '#!/bin/sh\nexit 0\n' },
        },
        (watched) => judge(t, watched, move),
      ),
    );

t.test('a keepalived that is better returns', { buffered: true }, (t) =>
  WatchedPair.play(t, { a: 'keepalived', b: 'vrrpd', nopreempt: false }, async (watched) => {
    await watched.a.job?.stop();
    await watched.only(watched.b);
    await judgeReturn(t, watched, () => watched.start(watched.a));
  }),
);
