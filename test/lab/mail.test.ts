// Layout 3 with mail: real HAProxy, its files but for `smtp_alert` and the server's address, and a mail server on the same
// network. Its operators see by the statistics page who holds the address, and by their mails what happened.

import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import type { IpAddress } from '../../src/address.js';
import { longestGap } from './adverts.js';
import { startDaemon } from './daemon.js';
import { eventually } from './eventually.js';
import type { Host } from './host.js';
import type { Job } from './job.js';
import { Lab } from './lab.js';
import { logged } from './lone-host.js';
import { mailServer } from './mail-host.js';
import type { SinkMode, SmtpSink } from './smtp-sink.js';

const FIXTURES = new URL('../fixtures/layouts/', import.meta.url);
const VIP = '192.168.106.249' as IpAddress;
const RECIPIENTS = ['acassen@firewall.loc', 'failover@firewall.loc', 'sysadmin@firewall.loc'];
const CONFIG = '/etc/haproxy/haproxy.cfg';
const haproxy = (node: string): string => `global
    node ${node}
    pidfile /run/haproxy.pid
defaults
    mode http
    timeout connect 1s
    timeout client 10s
    timeout server 10s
listen status
    bind *:8888
    stats enable
    stats uri /admin?stats
    stats show-node
`;
/** It has the name of what it ends, so it goes by the number. */
const INIT = `#!/bin/sh
if [ "$1" != start ] && pid=$(cat /run/haproxy.pid 2>/dev/null); then
    kill $pid; while kill -0 $pid 2>/dev/null; do sleep 0.1; done
    rm -f /run/haproxy.pid
fi
[ "$1" = stop ] || exec haproxy -D -f ${CONFIG}
`;

interface Node {
  readonly host: Host;
  readonly job: Job;
}

class Layout {
  private constructor(
    readonly lab: Lab,
    readonly client: Host,
    readonly sink: SmtpSink,
    readonly alert: string,
  ) {}

  /** The network and the mail server; `alert` goes into the instances. */
  static async open(t: Test, { mode = 'good', alert = 'smtp_alert' }: { mode?: SinkMode; alert?: string } = {}) {
    const lab = await Lab.open();
    const client = await lab.host({ name: 'client', interface: 'eth0', address: '192.168.106.1/24' });
    const sink = await mailServer(client.namespace);
    sink.mode = mode;
    t.teardown(() => Promise.all([lab.close(), sink.close()]));
    return new Layout(lab, client, sink, alert);
  }

  async node(number: 1 | 2): Promise<Host> {
    const name = `node${number}`;
    const host = await this.lab.host({ name, interface: 'eth0', address: `192.168.106.25${number}/24` });
    const check = await readFile(new URL('1-mycat-haproxy-pair/haproxy_check.sh', FIXTURES), 'utf8');
    await host.namespace.write('/etc/keepalived/haproxy_check.sh', check, { mode: 0o755 });
    await host.namespace.write('/etc/init.d/haproxy', INIT, { mode: 0o755 });
    await host.namespace.write(CONFIG, haproxy(name));
    return host;
  }

  /** Its daemon, once it is BACKUP. */
  async serve(host: Host): Promise<Node> {
    const text = await readFile(new URL(`3-haproxy-notify/keepalived-${host.name}.conf`, FIXTURES), 'utf8');
    const configuration = text
      .replace('smtp_server 192.168.200.1', 'smtp_server 192.168.106.1')
      .replace('    nopreempt\n', `    nopreempt\n    ${this.alert}\n`);
    const job = await startDaemon(host, 'vrrpd called keepalived', configuration);
    await logged(job, 'Entering BACKUP STATE');
    return { host, job };
  }

  /** Until the page on the address is that of this node. */
  async shows({ host, job }: Node): Promise<void> {
    const page = async (): Promise<string> => {
      const command = ['curl', '-s', '-m', '1', `http://${VIP}:8888/admin?stats`];
      return this.client.namespace.run(...command).catch(() => '');
    };
    try {
      await eventually(`the page shows ${host.name}`, async () => (await page()).includes(host.name));
    } catch (error) {
      throw new Error(`${String(error)}\n${job.log.join('\n')}`, { cause: error });
    }
  }

  /** Until there are so many mails. */
  mails(count: number): Promise<void> {
    return eventually(`${count} mails`, () => this.sink.mails.length >= count);
  }
}

/** The subjects about one node, in their order; without what all have in common. */
const about = ({ subjects }: SmtpSink, node: string): string[] =>
  subjects.flatMap((subject) => subject.split(`[AcroUC-${node}] VRRP Instance VI_haproxy - `).slice(1));

t.jobs = 3;
t.test('a pair with smtp_alert', { buffered: true }, async (t) => {
  const layout = await Layout.open(t);
  const { sink, lab } = layout;
  const [host1, host2] = [await layout.node(1), await layout.node(2)];
  const first = await layout.serve(host1);
  await layout.shows(first);
  const second = await layout.serve(host2);
  await layout.mails(3);

  await lab.network.unplug(host1);
  await layout.shows(second);
  await layout.mails(4);
  await lab.network.plug(host1);
  // What it could not say without a network it says when it is tried again: after ten seconds.
  await layout.mails(6);
  t.strictSame(await second.job.stop(), { code: 0, signal: null });
  await layout.shows(first);
  await layout.mails(8);
  t.strictSame(await first.job.stop(), { code: 0, signal: null });
  await layout.mails(9);

  const entering = ['BACKUP', 'MASTER', 'FAULT', 'BACKUP', 'MASTER'].map((state) => `Entering ${state} state`);
  t.strictSame(about(sink, 'node1'), [...entering, 'Stopping']);
  t.strictSame(about(sink, 'node2'), ['Entering BACKUP state', 'Entering MASTER state', 'Stopping']);
  t.equal(sink.mails.length, 9, 'and no others');
  for (const { to, from, lines } of sink.mails) {
    t.strictSame([from, to], ['Alexandre.Cassen@firewall.loc', RECIPIENTS]);
    t.match(lines[lines.indexOf('') + 1], /^=> .+ <=$/);
  }
});

t.test('the same without smtp_alert', { buffered: true }, async (t) => {
  const layout = await Layout.open(t, { alert: '' });
  const first = await layout.serve(await layout.node(1));
  await layout.shows(first);
  t.strictSame(await first.job.stop(), { code: 0, signal: null });
  await sleep(500);
  t.equal(layout.sink.connections, 0, 'nobody asks for the mail server');
});

t.test('a mail server that takes connections and says nothing', { buffered: true }, async (t) => {
  const layout = await Layout.open(t, { mode: 'silent' });
  const host = await layout.node(1);
  const capture = await layout.lab.network.capture(host, 'vrrp');
  const startedAt = performance.now();
  const first = await layout.serve(host);
  await layout.shows(first);
  t.ok(performance.now() - startedAt < 15_000, 'it takes the address, and does not wait for the server');
  t.equal(layout.sink.connections, 1, 'one mail is under way, the other one waits');
  await sleep(5_000);
  const stopAt = performance.now();
  t.strictSame(await first.job.stop(), { code: 0, signal: null });
  t.ok(performance.now() - stopAt < 5_000, 'the stop waits a second for it');
  const gap = longestGap(await capture.adverts());
  t.ok(gap < 1_900, `the largest gap between two adverts is ${gap} ms`);
  t.equal(layout.sink.mails.length, 0);
  t.ok(
    first.job.log.some((line) => /mail ".*" and 2 more not sent by 192\.168\.106\.1 port 25/.test(line)),
    'what was not sent is told',
  );
});
