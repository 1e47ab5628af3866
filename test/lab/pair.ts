// Two routers and a client on one network, as the lab's tests need them: a (192.168.1.191, priority 120) and b
// (192.168.1.192, priority 110) share 192.168.1.190 on eth1, in the manner of an HAProxy pair but without its check.
// It acts and looks; what is right the tests say.

import { startDaemon, type Daemon } from './daemon.js';
import { frrText, hostAddress, keepalivedText, servedAddress, V2_PASS, type Dialect, type Name } from './dialect.js';
import { eventually } from './eventually.js';
import type { Capture } from './capture.js';
import { prepareFrr } from './frr.js';
import type { Host } from './host.js';
import type { Job } from './job.js';
import { Lab } from './lab.js';
import { Prober } from './prober.js';

export { PASSWORD, VRID } from './dialect.js';
export const VIP = servedAddress(V2_PASS);

/** A keepalived.conf with the one instance VI_1, as the pair of layout 1 has it. */
export const configuration = (part: { priority: number; nopreempt: boolean }): string =>
  keepalivedText(V2_PASS, { ...part, name: 'a', namesItself: false });

export interface Router {
  readonly host: Host;
  readonly daemon: Daemon;
  readonly configuration: string;
  /** What the host sends by VRRP and ARP, from the beginning. */
  readonly capture: Capture;
  /** The daemon that was started last. */
  job?: Job;
}

export interface PairPlan {
  readonly a: Daemon;
  readonly b: Daemon;
  /** Version 2 with a password when it is not said. */
  readonly dialect?: Dialect;
  /** Of a; b always preempts. */
  readonly nopreempt: boolean;
  /** Changes the text of a configuration. */
  readonly edit?: (text: string, name: string) => string;
  /** Programs on a, by path. */
  readonly programs?: Readonly<Record<string, string>>;
}

/** What each daemon says when it listens. */
const LISTENS: Readonly<Record<Daemon, string>> = {
  vrrpd: 'Entering BACKUP STATE',
  'vrrpd called keepalived': 'Entering BACKUP STATE',
  keepalived: 'Entering BACKUP STATE',
  frr: 'Initialize -> Backup',
};

export class Pair {
  private constructor(
    readonly lab: Lab,
    readonly dialect: Dialect,
    readonly a: Router,
    readonly b: Router,
    readonly client: Host,
    readonly prober: Prober,
  ) {}

  /** The network, with no daemon running yet. */
  static async open({ dialect = V2_PASS, programs = {}, ...plan }: PairPlan): Promise<Pair> {
    const lab = await Lab.open();
    const open = (name: Name, link: string): Promise<Host> => {
      const ipv6 = dialect.family === 'ipv6' && { ipv6: hostAddress(name, 'ipv6') };
      return lab.host({ name, interface: link, address: hostAddress(name, 'ipv4'), ...ipv6 });
    };
    const router = async (name: 'a' | 'b'): Promise<Router> => {
      const host = await open(name, 'eth1');
      const daemon = plan[name];
      if (daemon === 'frr') await prepareFrr(host, dialect);
      const capture = await lab.network.capture(host, 'vrrp or arp');
      return { host, daemon, configuration: textOf(name, { dialect, ...plan }), capture };
    };
    const routers = [await router('a'), await router('b')] as const;
    for (const [file, text] of Object.entries(programs))
      await routers[0].host.namespace.write(file, text, { mode: 0o755 });
    const client = await open('client', 'eth0');
    return new Pair(lab, dialect, ...routers, client, await Prober.start(client, servedAddress(dialect)));
  }

  /** Starts the daemon and waits for nothing. */
  async launch(router: Router): Promise<Job> {
    return (router.job = await startDaemon(router.host, router.daemon, router.configuration));
  }

  /** Returns when the daemon listens: what is said before that, it has not heard. */
  async start(router: Router): Promise<void> {
    const job = await this.launch(router);
    const isSaid = (): boolean => job.log.some((line) => line.includes(LISTENS[router.daemon]));
    await eventually(`${router.host.name} listens`, isSaid);
  }

  /** Waits until the client is answered by this router and by its host the address is held. */
  async answeredBy({ host, daemon }: Router, within: number): Promise<void> {
    await eventually(`${host.name} answers`, () => this.prober.latest?.mac === host.mac, { within });
    // That of FRR has it always, on an interface that is mostly down.
    if (daemon !== 'frr') await eventually(`${host.name} holds the address`, () => this.holds(host));
  }

  /** The names of the hosts that hold the address and whose daemon runs. */
  async holders(): Promise<string[]> {
    const holders: string[] = [];
    for (const { host, job } of [this.a, this.b]) if (job?.running && (await this.holds(host))) holders.push(host.name);
    return holders;
  }

  /** Whether the kernel of the host has the address that the client asks. */
  holds(host: Host): Promise<boolean> {
    return host.holds(servedAddress(this.dialect));
  }

  close(): Promise<void> {
    return this.lab.close();
  }
}

/** What the router is told; of vrrpd and keepalived by edit(). */
function textOf(name: 'a' | 'b', plan: PairPlan & { readonly dialect: Dialect }): string {
  const { dialect, nopreempt, edit } = plan;
  const priority = name === 'a' ? 120 : 110;
  if (plan[name] === 'frr') return frrText(dialect, { priority });
  // keepalived does not leave itself out.
  const namesItself = plan[name] !== 'keepalived';
  const text = keepalivedText(dialect, { name, priority, nopreempt: name === 'a' && nopreempt, namesItself });
  return edit?.(text, name) ?? text;
}
