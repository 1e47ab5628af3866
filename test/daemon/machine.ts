// A machine of namespaces with one interface, on which the built program is started as an operator starts it: under
// either of its names, with a configuration, as any user. It judges nothing.

import { spawn } from 'node:child_process';
import path from 'node:path';
import type { Snapshot } from '../../src/status/snapshot.js';
import { projectRoot } from '../lab/daemon.js';
import { eventually } from '../lab/eventually.js';
import type { Job } from '../lab/job.js';
import { Namespace } from '../lab/namespace.js';

/** Why a test that needs one can't run; false when it can. */
export const noMachine = process.getuid?.() === 0 ? false : 'needs root for namespaces of its own';

export const CONFIGURATION = '/etc/keepalived/keepalived.conf';
export const VIP = '192.168.1.190';

/** One instance that owns its address, so that it is MASTER at once; `more` goes into its block. */
export const owner = ({ name = 'VI_1', virtualRouterId = 91, more = '' } = {}): string => `
vrrp_instance ${name} {
    state MASTER
    interface eth1
    virtual_router_id ${virtualRouterId}
    priority 255
    advert_int 1
    virtual_ipaddress {
        ${VIP}
    }
    ${more}
}
`;

/** How a program ended and what it wrote. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class Machine {
  private constructor(readonly namespace: Namespace) {}

  /** With eth1, 192.168.1.191/24, up; its other end is here too and answers nothing. */
  static async open(): Promise<Machine> {
    const namespace = await Namespace.open('vd-machine');
    await namespace.ip('link', 'add', 'eth1', 'type', 'veth', 'peer', 'name', 'peer');
    await namespace.ip('address', 'add', '192.168.1.191/24', 'dev', 'eth1');
    for (const end of ['eth1', 'peer']) await namespace.ip('link', 'set', end, 'up');
    for (const name of ['vrrpd', 'keepalived'])
      await namespace.run('ln', '-s', path.join(projectRoot(), 'dist/vrrpd.cjs'), `/run/lab/${name}`);
    return new Machine(namespace);
  }

  close(): Promise<void> {
    return this.namespace.close();
  }

  /** The command line that calls the program by this name; without what tap hangs on every Node.js that it sees. */
  command(name: 'vrrpd' | 'keepalived', ...args: string[]): string[] {
    return ['env', '-u', 'NODE_OPTIONS', process.execPath, `/run/lab/${name}`, ...args];
  }

  /** Starts the daemon and waits until it says that it has started. */
  async serve(name: 'vrrpd' | 'keepalived', ...args: string[]): Promise<Job> {
    const job = this.namespace.start(this.command(name, ...args));
    await this.logged(job, /Startup complete/);
    return job;
  }

  /** Runs a program to its end, and to the end of all that hold its output open. */
  finish(command: readonly string[]): Promise<Finished> {
    const enter = ['-t', String(this.namespace.pid), '--net', '--mount', '--pid', '--uts', '--'];
    const child = spawn('nsenter', [...enter, ...command], { stdio: ['ignore', 'pipe', 'pipe'] });
    const written = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (chunk: string) => (written[name] += chunk));
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, ...written }));
    });
  }

  /** Waits for a line of the job's output. */
  logged(job: Job, line: RegExp): Promise<void> {
    return eventually(`${String(line)} in\n${job.log.join('\n')}`, () => job.log.some((text) => line.test(text)));
  }

  async status(): Promise<Snapshot> {
    const { stdout } = await this.finish(this.command('vrrpd', 'status', '--json'));
    return JSON.parse(stdout) as Snapshot;
  }

  /** Whether the kernel has the virtual address. */
  async holds(): Promise<boolean> {
    return (await this.namespace.ip('address', 'show', 'dev', 'eth1')).includes(` ${VIP}/32 `);
  }

  exists(file: string): Promise<boolean> {
    return this.finish(['test', '-e', file]).then(({ code }) => code === 0);
  }
}
