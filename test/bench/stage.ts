// Where the stories are played: layout 1's two routers and a client on one switch. The routers share 192.168.1.190 by the
// configuration of the layout, or by one that a story makes of it; what is done to them, the stories say.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { IpAddress } from '../../src/address.js';
import type { Capture } from '../lab/capture.js';
import { daemonCommand, projectRoot } from '../lab/daemon.js';
import { eventually } from '../lab/eventually.js';
import type { Host } from '../lab/host.js';
import type { Job } from '../lab/job.js';
import { Lab } from '../lab/lab.js';
import type { Frame } from '../pcap.js';
import { Probes } from './probes.js';
import type { Contestant } from './table.js';

export const VIP = '192.168.1.190' as IpAddress;
const FOLDER = 'test/fixtures/layouts/1-mycat-haproxy-pair';
const CHECK = '/etc/keepalived/haproxy_check.sh';

/** Milliseconds: Master_Down_Interval of RFC 5798 § 6.1 at this priority and interval. */
export const masterDownInterval = (priority: number, interval = 1_000): number =>
  3 * interval + skewTime(priority, interval);
export const skewTime = (priority: number, interval = 1_000): number => ((256 - priority) / 256) * interval;

/** The priorities of the layout; with its check, which succeeds, 2 more. */
export const PRIORITIES = { a: 120, b: 110 } as const;
export const BONUS = 2;

/** Changes the text of a configuration. */
export type Edit = (text: string) => string;
export const asItIs: Edit = (text) => text;
/** Without the check of HAProxy, so that the priorities are those of the file. */
export const withoutCheck: Edit = (text) => text.replace(/vrrp_script[^}]*\}/, '').replace(/track_script[^}]*\}/, '');
/** Version 3 with an interval of so many milliseconds. */
export const version3 =
  (interval: number): Edit =>
  (text) =>
    withoutCheck(text)
      .replace(/authentication[^}]*\}/, 'version 3')
      .replace('advert_int 1', `advert_int ${interval / 1_000}`);
/** The better router comes back as MASTER. */
export const preempting: Edit = (text) => text.replace('nopreempt', '');

export interface Router {
  readonly host: Host;
  readonly daemon: Contestant;
  readonly priority: number;
  /** What the host sends by VRRP and ARP, from the beginning. */
  readonly capture: Capture;
  /** The daemon that was started last. */
  job?: Job;
}

export interface Plan {
  readonly a: Contestant;
  readonly b: Contestant;
  /** Of both configurations. */
  readonly edit?: Edit;
  /** The client asks nothing until the story starts probes of its own. */
  readonly isQuiet?: true;
}

export class Stage {
  private constructor(
    readonly lab: Lab,
    readonly a: Router,
    readonly b: Router,
    readonly client: Host,
    private readonly asking: Probes | undefined,
  ) {}

  get probes(): Probes {
    if (this.asking === undefined) throw new Error('the client of this stage asks nothing');
    return this.asking;
  }

  /** Plays on it and takes it away, whatever happens. */
  static async with<T>(plan: Plan, play: (stage: Stage) => Promise<T>): Promise<T> {
    const lab = await Lab.open();
    try {
      return await play(await Stage.open(lab, plan));
    } finally {
      await lab.close();
    }
  }

  /** The network, with no daemon running yet. */
  private static async open(lab: Lab, { a, b, edit = asItIs, isQuiet }: Plan): Promise<Stage> {
    const router = async (name: 'a' | 'b', address: string, file: string, daemon: Contestant): Promise<Router> => {
      const host = await lab.host({ name, interface: 'eth1', address });
      const text = readFileSync(path.join(projectRoot(), FOLDER, file), 'utf8');
      await host.namespace.write('/etc/keepalived/keepalived.conf', edit(text));
      await host.namespace.write(CHECK, '#!/bin/sh\nexit 0\n', { mode: 0o755 });
      return { host, daemon, priority: PRIORITIES[name], capture: await lab.network.capture(host, 'vrrp or arp') };
    };
    const first = await router('a', '192.168.1.191/24', 'keepalived-edu-haproxy-01.conf', a);
    const second = await router('b', '192.168.1.192/24', 'keepalived-edu-haproxy-02.conf', b);
    const client = await lab.host({ name: 'client', interface: 'eth0', address: '192.168.1.10/24' });
    return new Stage(lab, first, second, client, isQuiet ? undefined : await Probes.start(client, VIP));
  }

  /** Starts the daemon of a router; resolves when it listens. */
  async start(router: Router): Promise<void> {
    await this.launch(router);
    await logged(router, 'Entering BACKUP STATE');
  }

  /** Starts the daemon and waits for nothing. Without the detailed log, which slows keepalived down. */
  async launch(router: Router): Promise<void> {
    const command = await daemonCommand(router.host, router.daemon);
    router.job = router.host.namespace.start(command.filter((word) => word !== '-D'));
  }

  /** Both run, a is MASTER, b has counted its check and heard two adverts. */
  async begin(): Promise<void> {
    await this.start(this.a);
    await sleep(100);
    await this.start(this.b);
    await logged(this.a, 'Entering MASTER STATE');
    await eventually('a holds the address', () => this.a.host.holds(VIP));
    await eventually('a is heard', async () => (await this.a.capture.adverts()).length >= 2);
    await sleep(Math.random() * 500);
  }

  /** What the router has sent until now. */
  frames({ capture }: Router): Promise<Frame[]> {
    return capture.frames();
  }

  /** The check of this router fails from now on. */
  async failCheck({ host }: Router): Promise<void> {
    await host.namespace.write(CHECK, '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  }
}

/** Waits for a line in the log of the daemon that was started last; throws with the whole log. */
export async function logged({ host, job }: Router, line: string): Promise<void> {
  try {
    await eventually(line, () => job?.log.some((text) => text.includes(line)) ?? false);
  } catch (error) {
    throw new Error(`${host.name}: ${String(error)}\n${job?.log.join('\n') ?? ''}`, { cause: error });
  }
}

/** Waits until the router says that it is MASTER. */
export const takesOver = (router: Router): Promise<void> => logged(router, 'Entering MASTER STATE');

/** Milliseconds since 1970, on the clock of the captures. */
export const clock = (): number => performance.timeOrigin + performance.now();
