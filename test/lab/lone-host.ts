// A host without a network: its interfaces end at cables whose far ends lie in the same namespace and answer nothing.
// What it says is recorded there, what it is to hear is said there, and cables are pulled there. Cheaper than a switch
// with hosts, where one daemon and a story are enough.

import { connect } from 'node:net';
import type { MacAddress } from '../../src/address.js';
import type { Snapshot } from '../../src/status/snapshot.js';
import { Capture } from './capture.js';
import { startDaemon, type Daemon } from './daemon.js';
import { eventually } from './eventually.js';
import { Host } from './host.js';
import type { Job } from './job.js';
import { Namespace } from './namespace.js';
import { Stranger } from './stranger.js';

const CONFIGURATION = '/etc/keepalived/keepalived.conf';

export class LoneHost {
  private constructor(
    readonly namespace: Namespace,
    /** Of its first interface. */
    readonly host: Host,
  ) {}

  /** With eth0, eth1 and so on, up; the addresses have the length of their prefix. */
  static async open(name: string, ...addresses: string[]): Promise<LoneHost> {
    const namespace = await Namespace.open(name);
    for (const [index, address] of addresses.entries()) {
      const near = `eth${index}`;
      await namespace.ip('link', 'add', near, 'address', mac(index), 'type', 'veth', 'peer', 'name', `far${index}`);
      await namespace.ip('address', 'add', address, 'dev', near);
      for (const end of [near, `far${index}`]) await namespace.ip('link', 'set', end, 'up');
    }
    return new LoneHost(namespace, new Host(namespace, { interface: 'eth0', mac: mac(0) }));
  }

  close(): Promise<void> {
    return this.namespace.close();
  }

  /** Pulls or plugs the cable of the interface with this number. */
  async cable(number: number, state: 'up' | 'down'): Promise<void> {
    await this.namespace.ip('link', 'set', `far${number}`, state);
  }

  start(daemon: Daemon, configuration: string): Promise<Job> {
    return startDaemon(this.host, daemon, configuration);
  }

  /** Writes the configuration anew and asks for a reload. */
  async reload(job: Job, configuration: string): Promise<void> {
    await this.namespace.write(CONFIGURATION, configuration);
    await job.signal('SIGHUP');
  }

  /** Records what it sends by VRRP on the interface with this number. */
  capture(number = 0): Promise<Capture> {
    return Capture.start(this.namespace, { port: `far${number}`, filter: 'vrrp' });
  }

  /** Somebody at the far end of the interface with this number. */
  stranger(number = 0): Promise<Stranger> {
    return Stranger.on(new Host(this.namespace, { interface: `far${number}`, mac: '02:00:00:00:00:99' as MacAddress }));
  }

  /** What `vrrpd status --json` says. */
  async status(): Promise<Snapshot> {
    return JSON.parse(await this.namespace.run('/run/lab/vrrpd', 'status', '--json')) as Snapshot;
  }

  /** What the control socket of the daemon answers. */
  ask(request: Readonly<Record<string, unknown>>): Promise<unknown> {
    return ask(this.namespace, request);
  }

  lines(file: string): Promise<string[]> {
    return linesOf(this.namespace, file);
  }
}

const mac = (number: number): MacAddress => `02:00:00:00:01:0${number}` as MacAddress;

/** The lines of a file of the host; none when it is not there. */
export async function linesOf(namespace: Namespace, file: string): Promise<string[]> {
  const text = await namespace.read(file).catch(() => '');
  return text.split('\n').filter((line) => line !== '');
}

/** One request to the control socket of a host, and its answer. */
export function ask(namespace: Namespace, request: Readonly<Record<string, unknown>>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let text = '';
    const client = connect(namespace.outside('/run/vrrpd/control.sock'));
    client.on('error', reject).on('end', () => reject(new Error(`no answer: ${text}`)));
    client.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (!text.endsWith('\n')) return;
      client.removeAllListeners('end').end();
      resolve(JSON.parse(text));
    });
    client.write(`${JSON.stringify(request)}\n`);
  });
}

/** Waits for a line of a job's output. */
export async function logged(job: Job, line: RegExp | string): Promise<void> {
  const isIt = (text: string): boolean => (typeof line === 'string' ? text.includes(line) : line.test(text));
  try {
    await eventually(String(line), () => job.log.some(isIt));
  } catch (error) {
    throw new Error(`${String(error)}, in\n${job.log.join('\n')}`, { cause: error });
  }
}
