// Mails on their way to a server of the test's own: what arrives there, and what happens when the server does not want
// them, says nothing, or dies; under virtual time as far as pauses and limits go.

import { mock } from 'node:test';
import t, { type Test } from 'tap';
import { Mailer, type MailSettings } from '../../src/daemon/mailer.js';
import type { Event } from '../../src/vrrp/event.js';
import { SmtpSink } from '../lab/smtp-sink.js';

const CONNECT_TIMEOUT = 5_000;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const until = async (look: () => boolean): Promise<void> => {
  while (!look()) await turn();
};
/** Long enough for both ends to have done what does not wait for a timer. */
const settle = async (): Promise<void> => {
  for (let count = 0; count < 200; count++) await turn();
};
const mail = (subject: string) => ({ subject, text: '=> text <=' });

/** A mailer and its server; timers are virtual from here to the end of the test. */
async function post(t: Test, settings: Partial<MailSettings> = {}) {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.teardown(() => mock.timers.reset());
  const sink = await SmtpSink.listen();
  const log: string[] = [];
  const mailer = new Mailer(
    {
      routerId: 'LVS_A',
      noEmailFaults: false,
      server: { host: '127.0.0.1', port: sink.port },
      heloName: 'helo.example.org',
      connectTimeout: CONNECT_TIMEOUT,
      from: 'ka@example.org',
      to: ['one@example.org', 'two@example.org'],
      ...settings,
    },
    (level, text) => log.push(`${level} ${text}`.replace(String(sink.port), 'PORT')),
  );
  t.teardown(() => sink.close());
  const subjects = (): string[] =>
    sink.mails.flatMap(({ lines }) =>
      lines.filter((line) => line.startsWith('Subject: ')).map((line) => line.slice(9)),
    );
  return { sink, mailer, log, subjects };
}

t.test('a mail as keepalived words it', async (t) => {
  const { sink, mailer, log } = await post(t);
  mailer.notify({ subject: 'INSTANCE', name: 'VI_1', state: 'MASTER', priority: 150 });
  t.equal(sink.connections, 0, 'nothing happens in the turn of the event');
  await until(() => sink.mails.length === 1);
  const [got] = sink.mails;
  t.match(got, {
    helo: 'helo.example.org',
    from: 'ka@example.org',
    to: ['one@example.org', 'two@example.org'],
  });
  const lines = got?.lines ?? [];
  for (const line of [
    'Subject: [LVS_A] VRRP Instance VI_1 - Entering MASTER state',
    'From: ka@example.org',
    'To: one@example.org, two@example.org',
    'X-Mailer: Keepalived',
    'Content-Transfer-Encoding: 7bit',
  ])
    t.ok(lines.includes(line), line);
  t.equal(lines[lines.indexOf('') + 1], '=> VRRP Instance is now owning VRRP VIPs <=');
  await mailer.stop(1_000);
  await until(() => sink.open === 0);
  t.same(log, []);
});

t.test('subjects and addresses', async (t) => {
  const { sink, mailer, subjects } = await post(t, { from: 'root', to: ['root', 'Ops <ops@example.org>'] });
  const long = `[${'lb'.repeat(40)}] VRRP Instance ${'VI'.repeat(40)} - Entering MASTER state`;
  mailer.send(mail(long));
  mailer.send(mail('[größe] VRRP Instance VI_1 - Stopping'));
  await until(() => sink.mails.length === 2);
  t.equal(subjects()[0], long, 'in one line, however long');
  t.match(
    subjects()[1],
    /^=\?UTF-8\?Q\?=5Bgr=C3=B6=C3=9Fe=5D_VRRP_Instance/,
    'only other letters than ASCII are encoded',
  );
  t.match(sink.mails[0], { from: 'root', to: ['root', 'ops@example.org'] });
  await mailer.stop(1_000);
});

t.test('what the last mail told is not told again', async (t) => {
  const { sink, mailer, subjects } = await post(t, { noEmailFaults: true });
  const tell = (subject: Event['subject'], state: Event['state']): void =>
    mailer.notify({ subject, name: 'A', state, priority: 1 });
  for (const state of ['BACKUP', 'MASTER', 'MASTER', 'MASTER_PRIORITY', 'FAULT', 'MASTER', 'BACKUP'] as const)
    tell('INSTANCE', state);
  tell('GROUP', 'BACKUP');
  await until(() => sink.mails.length === 4);
  await mailer.stop(1_000);
  t.same(
    subjects().map((subject) => subject.replace('[LVS_A] VRRP ', '')),
    ['Entering BACKUP', 'Entering MASTER', 'Entering BACKUP']
      .map((what) => `Instance A - ${what} state`)
      .concat('Group A - Entering BACKUP state'),
  );
});

t.test('one after the other, each in its turn', async (t) => {
  const { sink, mailer, subjects } = await post(t);
  const wanted = Array.from({ length: 20 }, (_, number) => `number ${number}`);
  for (const subject of wanted) mailer.send(mail(subject));
  let most = 0;
  await until(() => {
    most = Math.max(most, sink.open);
    return sink.mails.length === wanted.length;
  });
  t.same(subjects(), wanted);
  // The server may see the end of one connection after the beginning of the next.
  t.ok(most <= 2, `${most} connections at a time`);
  await mailer.stop(1_000);
});

t.test('a server that fails is tried three times, then one line tells which mail, which server, and why', async (t) => {
  for (const [mode, why] of [
    ['refusing', /554 no service here/],
    ['dying', /closed|ECONNRESET|EPIPE/i],
  ] as const)
    await t.test(mode, async (t) => {
      const { sink, mailer, log } = await post(t);
      sink.mode = mode;
      mailer.send(mail('lost'));
      for (const [number, pause] of [10_000, 60_000].entries()) {
        await until(() => sink.connections === number + 1 && sink.open === 0);
        await settle();
        mock.timers.tick(pause - 1);
        await turn();
        t.equal(sink.connections, number + 1);
        mock.timers.tick(1);
      }
      await until(() => log.length > 0);
      t.equal(sink.connections, 3);
      t.match(log, [/^warn mail "lost" not sent by 127\.0\.0\.1 port PORT: /]);
      t.match(log[0], why);
      sink.mode = 'good';
      mailer.send(mail('next'));
      await until(() => sink.mails.length === 1);
      await mailer.stop(1_000);
      t.equal(log.length, 1);
    });
});

t.test('where nobody listens', async (t) => {
  const { sink, mailer, log } = await post(t);
  await sink.close();
  mailer.send(mail('lost'));
  await until(() => {
    mock.timers.tick(1_000);
    return log.length > 0;
  });
  t.match(log, [/^warn mail "lost" not sent by 127\.0\.0\.1 port PORT: connect ECONNREFUSED/]);
});

t.test('a server that recovers between two attempts gets the mail', async (t) => {
  const { sink, mailer, log } = await post(t);
  sink.mode = 'refusing';
  mailer.send(mail('late'));
  await until(() => sink.connections === 1 && sink.open === 0);
  await settle();
  sink.mode = 'good';
  mock.timers.tick(10_000);
  await until(() => sink.mails.length === 1);
  await mailer.stop(1_000);
  t.same(log, []);
});

t.test('a server that says nothing has its time, and no more', async (t) => {
  for (const [mode, limit] of [
    ['silent', CONNECT_TIMEOUT],
    ['stalling', CONNECT_TIMEOUT + 30_000],
  ] as const)
    await t.test(mode, async (t) => {
      const { sink, mailer } = await post(t);
      sink.mode = mode;
      mailer.send(mail('lost'));
      await until(() => sink.open === 1);
      await settle();
      mock.timers.tick(limit - 1_000);
      await settle();
      t.equal(sink.open, 1);
      mock.timers.tick(1_000);
      await until(() => sink.open === 0);
      const stopped = mailer.stop(100);
      mock.timers.tick(100);
      await stopped;
    });
});

t.test('a recipient that is refused does not keep the mail from the others, and is told of', async (t) => {
  const { sink, mailer, log } = await post(t);
  sink.unknown = ['two@example.org'];
  mailer.send(mail('for one'));
  await until(() => log.length > 0);
  t.match(sink.mails, [{ to: ['one@example.org'] }]);
  t.same(log, ['warn 127.0.0.1 port PORT takes no mail for two@example.org']);
  await mailer.stop(1_000);
});

t.test('more than a hundred that wait are dropped and counted', async (t) => {
  const { sink, mailer, log } = await post(t);
  sink.mode = 'silent';
  mailer.send(mail('first'));
  await until(() => sink.open === 1);
  for (let number = 0; number < 130; number++) mailer.send(mail(`number ${number}`));
  sink.mode = 'good';
  mock.timers.tick(CONNECT_TIMEOUT);
  await until(() => sink.open === 0);
  await settle();
  mock.timers.tick(10_000);
  await until(() => sink.mails.length === 101);
  await mailer.stop(1_000);
  t.same(log, ['warn 30 mails dropped: 100 were waiting']);
});

t.test('at the stop', async (t) => {
  await t.test('what waits is sent', async (t) => {
    const { sink, mailer, log } = await post(t);
    for (const subject of ['a', 'b', 'c']) mailer.send(mail(subject));
    await mailer.stop(1_000);
    t.equal(sink.mails.length, 3);
    t.same(log, []);
  });

  await t.test('a pause ends, and the last chance is one attempt', async (t) => {
    const { sink, mailer, log } = await post(t);
    sink.mode = 'refusing';
    for (const subject of ['a', 'b', 'c']) mailer.send(mail(subject));
    await until(() => sink.connections === 1 && sink.open === 0);
    await settle();
    await mailer.stop(1_000);
    t.equal(sink.connections, 2);
    t.match(log, [/^warn mail "a" and 2 more not sent by .*554 no service here/]);
  });

  await t.test('a server that says nothing is left when the time is over', async (t) => {
    const { sink, mailer, log } = await post(t);
    sink.mode = 'silent';
    for (const subject of ['a', 'b']) mailer.send(mail(subject));
    await until(() => sink.open === 1);
    const stopped = mailer.stop(1_000);
    mock.timers.tick(1_000);
    await stopped;
    await until(() => sink.open === 0);
    t.match(log, [/^warn mail "a" and 1 more not sent by .*: no time left at the stop$/]);
  });

  await t.test('nothing to send', async (t) => {
    const { sink, mailer, log } = await post(t);
    await mailer.stop(1_000);
    t.equal(sink.connections, 0);
    t.same(log, []);
  });

  await t.test('a mail that comes after it is told and dropped', async (t) => {
    const { mailer, log } = await post(t);
    await mailer.stop(100);
    mailer.send(mail('late'));
    await until(() => log.length > 0);
    t.match(log, [/^warn mail "late" not sent/]);
  });
});

t.test('nothing is left open: no socket, no timer', async (t) => {
  const kinds = (): string[] => process.getActiveResourcesInfo().filter((kind) => /TCP|Timeout/.test(kind));
  await until(() => !kinds().some((kind) => kind.startsWith('TCP')));
  const before = kinds();
  for (const mode of ['good', 'silent', 'dying'] as const) {
    const { sink, mailer } = await post(t, { connectTimeout: 300 });
    // Virtual timers would not be seen.
    mock.timers.reset();
    sink.mode = mode;
    mailer.send(mail(mode));
    await until(() => sink.connections === 1 && sink.open === 0);
    await mailer.stop(200);
    await sink.close();
    await until(() => kinds().length <= before.length);
    t.same(kinds(), before, mode);
  }
});
