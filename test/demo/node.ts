// One of the two HAProxy hosts: HAProxy behind its init script, the unchanged check script and keepalived.conf, and the
// VRRP daemon as systemd starts it. It acts when told and remembers what it saw at its last look; it judges nothing.

import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { InstanceStatus, Snapshot } from '../../src/status/snapshot.js';
import { daemonCommand, projectRoot, type Daemon } from '../lab/daemon.js';
import type { Host } from '../lab/host.js';
import type { Job } from '../lab/job.js';
import { haproxyConfiguration, VIP } from './plan.js';

export const CONFIGURATION = '/etc/keepalived/keepalived.conf';
export const LOG = '/var/log/vrrpd.log';
export const HAPROXY_CONFIGURATION = '/etc/haproxy/haproxy.cfg';
export const INIT = '/etc/init.d/haproxy';
const FIXTURES = 'test/fixtures/layouts/1-mycat-haproxy-pair';
const CHECK_SCRIPT = 'haproxy_check.sh';
/** The distribution's script with the one thing the check script asks of it. */
const INIT_SCRIPT = `#!/bin/sh
[ "$1" = start ] && exec haproxy -D -f ${HAPROXY_CONFIGURATION}
`;

export class HaproxyNode {
  vrrpd: Job | undefined;
  /** What the last look saw. */
  haproxyRuns = false;
  holdsAddress = false;
  instance: InstanceStatus | undefined;

  private constructor(
    readonly host: Host,
    private readonly daemon: Daemon,
  ) {}

  /** Puts the files where the operator has them and starts HAProxy. */
  static async open(host: Host, daemon: Daemon): Promise<HaproxyNode> {
    const { namespace } = host;
    const fixture = (name: string): Promise<string> => readFile(path.join(projectRoot(), FIXTURES, name), 'utf8');
    await namespace.write(CONFIGURATION, await fixture(`keepalived-${host.name}.conf`));
    await namespace.write(`/etc/keepalived/${CHECK_SCRIPT}`, await fixture(CHECK_SCRIPT), { mode: 0o755 });
    await namespace.write(HAPROXY_CONFIGURATION, haproxyConfiguration(host.name));
    await namespace.write(INIT, INIT_SCRIPT, { mode: 0o755 });
    await namespace.run(INIT, 'start');
    return new HaproxyNode(host, daemon);
  }

  get name(): string {
    return this.host.name;
  }

  async startVrrpd(): Promise<void> {
    const command = await daemonCommand(this.host, this.daemon);
    this.vrrpd = this.host.namespace.start(['sh', '-c', `exec "$@" >> ${LOG} 2>&1`, 'sh', ...command]);
  }

  /** What the daemon said since it was first started. */
  log(): Promise<string> {
    return this.host.namespace.read(LOG).catch(() => '');
  }

  /** As `systemctl stop` does. */
  async stopVrrpd(): Promise<void> {
    await this.vrrpd?.stop();
  }

  async stopHaproxy(): Promise<void> {
    await this.host.namespace.run('killall', 'haproxy');
  }

  /** It ends, and its configuration lets it start no more. */
  async breakHaproxy(): Promise<void> {
    await this.host.namespace.write(HAPROXY_CONFIGURATION, 'this is no configuration\n');
    await this.stopHaproxy();
  }

  async look(): Promise<void> {
    [this.haproxyRuns, this.holdsAddress, this.instance] = await Promise.all([
      this.runs('haproxy'),
      this.host.holds(VIP),
      this.status(),
    ]);
  }

  /** What `vrrpd status` says of the one instance; undefined when it does not answer. */
  private async status(): Promise<InstanceStatus | undefined> {
    const program = path.join(projectRoot(), 'dist/vrrpd.cjs');
    const text = await this.host.namespace.run(process.execPath, program, 'status', '--json').catch(() => undefined);
    return text === undefined ? undefined : (JSON.parse(text) as Snapshot).instances[0];
  }

  /** Whether a process of that name is on this host. */
  private async runs(name: string): Promise<boolean> {
    const processes = (await readdir(this.host.namespace.outside('/proc'))).filter((entry) => /^\d+$/.test(entry));
    const names = processes.map((entry) => this.host.namespace.read(`/proc/${entry}/comm`).catch(() => ''));
    return (await Promise.all(names)).includes(`${name}\n`);
  }
}
