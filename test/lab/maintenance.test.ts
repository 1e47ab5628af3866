// How operators move the address away and back while nothing is broken: a tracked file as a switch, maintenance, and a
// failover by the control socket; on a pair, with the kernel's addresses as the judge.

import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { startDaemon, type Daemon } from './daemon.js';
import { eventually } from './eventually.js';
import type { Host } from './host.js';
import type { Job } from './job.js';
import { Lab } from './lab.js';
import { ask, logged } from './lone-host.js';
import { configuration, VIP } from './pair.js';

/** ms. Longer than it takes to become MASTER where nobody is heard. */
const MASTER_DOWN = 4_500;
const SWITCH = '/run/maintenance';

class Two {
  private constructor(
    readonly a: Host,
    readonly b: Host,
    readonly jobs: Record<'a' | 'b', Job>,
    private readonly daemon: Daemon,
  ) {}

  /** a prefers itself and is MASTER, b listens; `more` goes before the configuration of a, `inside` into its instance. */
  static async open(t: Test, daemon: Daemon, { more = '', inside = '' } = {}): Promise<Two> {
    const lab = await Lab.open();
    t.teardown(() => lab.close());
    const a = await lab.host({ name: 'a', interface: 'eth1', address: '192.168.1.191/24' });
    const b = await lab.host({ name: 'b', interface: 'eth1', address: '192.168.1.192/24' });
    await a.namespace.write(SWITCH, '0\n');
    const own = configuration({ priority: 120, nopreempt: false }).replace(
      'advert_int 1',
      `advert_int 1\n    ${inside}`,
    );
    const jobA = await startDaemon(a, daemon, more + own);
    const jobB = await startDaemon(b, 'vrrpd', configuration({ priority: 110, nopreempt: false }));
    const two = new Two(a, b, { a: jobA, b: jobB }, daemon);
    await logged(jobB, 'Entering BACKUP STATE');
    await two.only(a);
    return two;
  }

  /** Until this host holds the address and the other one does not. */
  async only(host: Host): Promise<void> {
    const other = host === this.a ? this.b : this.a;
    try {
      await eventually(`only ${host.name} holds it`, async () => (await host.holds(VIP)) && !(await other.holds(VIP)));
    } catch (error) {
      throw new Error(`${String(error)}\n${this.jobs.a.log.join('\n')}\n${this.jobs.b.log.join('\n')}`, {
        cause: error,
      });
    }
  }

  /** It holds the address alone, and that stays so for longer than anybody would have to wait. */
  async settledAt(host: Host): Promise<void> {
    await this.only(host);
    await sleep(MASTER_DOWN);
    await this.only(host);
  }

  /** The daemon of a host again, with the configuration that it had. */
  async startAgain(name: 'a' | 'b'): Promise<void> {
    const job = await startDaemon(this[name], name === 'a' ? this.daemon : 'vrrpd');
    this.jobs[name] = job;
    await logged(job, 'Entering BACKUP STATE');
  }
}

t.jobs = 4;
for (const daemon of ['vrrpd', 'keepalived'] as const)
  for (const weight of ['weight -20', 'weight 0'])
    t.test(`${daemon}: a tracked file with ${weight}`, { buffered: true }, async (t) => {
      const two = await Two.open(t, daemon, {
        more: `track_file switch {\n file ${SWITCH}\n ${weight}\n}\n`,
        inside: 'track_file {\n switch\n }',
      });
      const { namespace } = two.a;
      await namespace.run('sh', '-c', `echo 1 > ${SWITCH}`);
      await two.only(two.b);
      await namespace.run('sh', '-c', `echo 0 > ${SWITCH}`);
      await two.only(two.a);
      // Editors replace files.
      await namespace.run('sh', '-c', `echo 1 > ${SWITCH}.new; mv ${SWITCH}.new ${SWITCH}`);
      await two.only(two.b);
      await namespace.run('rm', SWITCH);
      await two.only(two.a);
      t.strictSame(await two.jobs.a.stop(), { code: 0, signal: null });
    });

t.test('maintenance outlives a reload and a restart', { buffered: true }, async (t) => {
  const two = await Two.open(t, 'vrrpd');
  const { a, b } = two;
  t.match(await ask(a.namespace, { command: 'maintenance', on: true, seconds: 600 }), {
    lines: [/does not become MASTER/, /^VI_1: .*192\.168\.1\.192 has taken over$/],
  });
  await two.settledAt(b);
  await a.namespace.run('sh', '-c', 'echo "# nothing" >> /etc/keepalived/keepalived.conf');
  t.match(await ask(a.namespace, { command: 'reload' }), { reloaded: true });
  await two.settledAt(b);
  t.strictSame(await two.jobs.a.stop(), { code: 0, signal: null });
  await two.startAgain('a');
  await two.settledAt(b);
  t.match(await ask(a.namespace, { command: 'status' }), { alerts: [/^maintenance for another/] });
  t.match(await ask(a.namespace, { command: 'maintenance', on: false }), { lines: [/election is as before/] });
  await two.settledAt(a);
});

t.test('maintenance has an end', { buffered: true }, async (t) => {
  const two = await Two.open(t, 'vrrpd');
  await ask(two.a.namespace, { command: 'maintenance', on: true, seconds: 3 });
  await two.only(two.b);
  await two.settledAt(two.a);
  t.match(await ask(two.a.namespace, { command: 'status' }), { alerts: [], instances: [{ state: 'MASTER' }] });
});

t.test('a failover of one that preempts', { buffered: true }, async (t) => {
  const two = await Two.open(t, 'vrrpd');
  const { a, b } = two;
  t.match(await ask(a.namespace, { command: 'failover', name: 'VI_1' }), {
    lines: [/^VI_1: .*192\.168\.1\.192 has taken over$/, /until the other router falls silent/],
  });
  await two.settledAt(b);
  t.match(await ask(a.namespace, { command: 'failover', name: 'VI_1' }), { error: /is BACKUP/ });
  await two.jobs.b.kill();
  // A crash leaves the address where it was, so only a's own counts.
  await eventually('a takes it back', () => a.holds(VIP));
  await two.startAgain('b');
  await two.settledAt(a);
});
