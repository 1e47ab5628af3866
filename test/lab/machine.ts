// A host of a story as namespaces have it: interfaces, each at a switch of its own segment, and a daemon that can be
// started, stopped, crashed and held up. What the daemon tells those outside comes from its FIFO, with its moment.

import { rename } from 'node:fs/promises';
import type { DaemonKind, HostPlan } from '../../src/sim/host.js';
import { formatPrefix, type IpAddress } from '../../src/address.js';
import { daemonCommand } from './daemon.js';
import { eventually } from './eventually.js';
import { Host } from './host.js';
import type { Job } from './job.js';
import { Namespace } from './namespace.js';
import type { Switch } from './switch.js';

const CONFIGURATION = '/etc/keepalived/keepalived.conf';
const FIFO = '/run/lab/events';
const LOG = '/run/lab/log';
/** The checks, files and the FIFO of a story lie here: all of it is the namespace's own. */
const FOLDER = '/run/lab/';
/** What each daemon writes when its timers begin. */
const BEGUN = { keepalived: 'removing VIPs.', vrrpd: 'Entering' } as const;

/** A line, and when it was written, in milliseconds of performance.now(). */
export type OnLine = (line: string, at: number) => void;

export interface Port {
  readonly host: Host;
  readonly network: Switch;
}

export class Machine {
  job: Job | undefined;
  /** What its daemons wrote. */
  readonly log: string[] = [];
  #begunAt: number | undefined;
  #daemon: DaemonKind;

  private constructor(
    readonly plan: HostPlan,
    readonly namespace: Namespace,
    /** By the name of the interface. */
    readonly ports: ReadonlyMap<string, Port>,
  ) {
    this.#daemon = plan.daemon;
  }

  /** `onEvent` gets each line of the daemon's FIFO. */
  static async open(
    plan: HostPlan,
    { text, networkOf, onEvent }: { text: string; networkOf: (segment: string) => Switch; onEvent: OnLine },
  ): Promise<Machine> {
    const namespace = await Namespace.open(plan.name);
    const ports = new Map<string, Port>();
    for (const { name, segment, addresses } of plan.interfaces) {
      const network = networkOf(segment);
      const host = new Host(namespace, { interface: name, mac: await network.connect(namespace, name) });
      for (const one of addresses) await namespace.ip('address', 'add', formatPrefix(one), 'dev', name);
      await namespace.ip('link', 'set', name, 'up');
      ports.set(name, { host, network });
    }
    const machine = new Machine(plan, namespace, ports);
    await namespace.write(CONFIGURATION, `${text}\nglobal_defs {\n    vrrp_notify_fifo ${FIFO}\n}\n`);
    for (const script of plan.config.vrrpScripts) await machine.check(script.name, 'succeeds');
    await machine.#listen(FIFO, (line, at) => {
      machine.#begin(at);
      onEvent(line, at);
    });
    await machine.#listen(LOG, (line, at) => machine.#logged(line, at));
    return machine;
  }

  /** Of the daemon that was started last, in milliseconds of performance.now(). */
  get begunAt(): number {
    return this.#begunAt ?? NaN;
  }

  /** This daemon from now on. Returns when its timers have begun. */
  async start(daemon = this.#daemon): Promise<void> {
    this.#daemon = daemon;
    await this.job?.ended;
    await this.setCables(true);
    this.#begunAt = undefined;
    const [first] = this.ports.values();
    if (!first) throw new Error(`${this.plan.name} has no interface`);
    const command = await daemonCommand(first.host, daemon);
    this.job = this.namespace.start(['sh', '-c', `exec "$@" > ${LOG} 2>&1`, 'sh', ...command]);
    await eventually(`${this.plan.name} has begun`, () => this.#begunAt !== undefined, { within: 20_000 });
  }

  /** The machine has lost its power: nothing leaves it any more, and what was added is gone. Gives the moment. */
  async crash(): Promise<number> {
    await this.job?.kill();
    const at = performance.now();
    await this.setCables(false);
    for (const { name, addresses } of this.plan.interfaces) {
      await this.namespace.ip('address', 'flush', 'dev', name);
      for (const one of addresses) await this.namespace.ip('address', 'add', formatPrefix(one), 'dev', name);
    }
    return at;
  }

  /** On a busy machine the kernel tells of a carrier up to a second later: returns when its interfaces show it. */
  async setCables(plugged: boolean): Promise<void> {
    for (const { host, network } of this.ports.values()) await (plugged ? network.plug(host) : network.unplug(host));
    for (const name of this.ports.keys())
      await eventually(`${name} is ${plugged ? 'up' : 'down'}`, async () => {
        const shown = await this.namespace.ip('-o', 'link', 'show', 'dev', name);
        return /\bstate UP\b/.test(shown) === plugged;
      });
  }

  /** How its check ends from now on. The command of the configuration is written anew, so it must lie in FOLDER. */
  async check(name: string, end: 'succeeds' | 'fails' | 'hangs'): Promise<void> {
    const script = this.plan.config.vrrpScripts.find((one) => one.name === name);
    const [file = ''] = script?.command.argv ?? [];
    const body = { succeeds: 'exit 0', fails: 'exit 1', hangs: 'exec sleep 60' }[end];
    await this.#replace(file, `#!/bin/sh\n${body}\n`);
  }

  async setFile(name: string, value: number): Promise<void> {
    const { file = '' } = this.plan.config.trackFiles.find((one) => one.name === name) ?? {};
    await this.#replace(file, `${value}\n`);
  }

  async deleteAddress(address: IpAddress): Promise<void> {
    for (const name of this.ports.keys()) await this.namespace.ip('address', 'flush', 'dev', name, 'to', address);
  }

  /**
   * What another one sends is not heard here, or is again: a packet from an address to which there is no way back is
   * refused by its interface.
   */
  async ignore(other: Machine, ignored: boolean): Promise<void> {
    for (const { name } of this.plan.interfaces)
      await this.namespace.run('sysctl', '-qw', `net.ipv4.conf.${name}.rp_filter=${Number(ignored)}`);
    for (const { address } of other.plan.interfaces.flatMap(({ addresses }) => addresses))
      await this.namespace.ip('route', ignored ? 'add' : 'delete', 'blackhole', `${address}/32`);
  }

  #logged(line: string, at: number): void {
    this.log.push(line);
    if (line.includes(BEGUN[this.#daemon])) this.#begin(at);
  }

  /** Its first event is late for a keepalived that waits for a check, its log is late for a vrrpd: what is first counts. */
  #begin(at: number): void {
    if (this.job && at > this.job.startedAt) this.#begunAt ??= at;
  }

  /** Reads a FIFO of the host for good. The moments are taken by a process that does nothing else. */
  async #listen(fifo: string, onLine: OnLine): Promise<void> {
    await this.namespace.run('mkfifo', fifo);
    const script = `while read -r line; do echo "$EPOCHREALTIME $line"; done <> ${fifo}`;
    this.namespace.start(['bash', '-c', script], (text) => {
      const [, seconds = '', line = ''] = /^(\S+) (.*)$/.exec(text) ?? [];
      onLine(line, Number(seconds.replace(',', '.')) * 1_000 - Date.now() + performance.now());
    });
  }

  /** In one step: a check that starts meanwhile finds the one or the other. */
  async #replace(file: string, text: string): Promise<void> {
    if (!file.startsWith(FOLDER)) throw new Error(`${this.plan.name}: ${file} is not in ${FOLDER}`);
    await this.namespace.write(`${file}.new`, text, { mode: 0o755 });
    await rename(this.namespace.outside(`${file}.new`), this.namespace.outside(file));
  }
}
