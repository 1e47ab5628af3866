// A model of keepalived 2.2.7, the peer of our routers in the simulator: inputs in, effects out, as src/vrrp/router.ts
// has them. It is compared with the real one, scenario by scenario, in test/lab/keepalived-model.test.ts. It knows neither
// reload nor interface_up_down_delays, and a packet finds only the virtual routers of its interface and its family.

import { familyOf, type Family } from '../address.js';
import type { Config } from '../config/model.js';
import { groupsByMember, tracksOf } from '../config/tracks.js';
import { addressesOf } from '../config/diff.js';
import type { Core } from '../daemon/loop.js';
import { after, earliest, type Instant } from '../time.js';
import { effectivePriority } from '../track/priority.js';
import { judge, type Verdict } from '../track/standing.js';
import type { Effect } from '../vrrp/effect.js';
import type { Input, Link } from '../vrrp/input.js';
import { Turn } from '../vrrp/turn.js';
import { Trackers } from './keepalived/trackers.js';
import { VirtualRouter } from './keepalived/virtual-router.js';

export class KeepalivedPeer implements Core {
  readonly #config: Config;
  readonly #links = new Map<string, Link>();
  readonly #routers: readonly VirtualRouter[];
  /** Those that change their state together. */
  readonly #units: readonly (readonly VirtualRouter[])[];
  readonly #trackers: Trackers;
  /** By interface, the families that it listens to there. */
  readonly #open = new Map<string, readonly Family[]>();
  hasStopped = false;
  #isRunning = false;
  /** vrrp_startup_delay: nothing is heard and nothing begins before. */
  #startsAt: Instant | undefined;

  constructor(config: Config) {
    this.#config = config;
    this.#trackers = new Trackers(config, this.#links);
    let count = 0;
    const number = (): number => (count += 1);
    this.#routers = config.vrrpInstances.map((instance) => new VirtualRouter(instance, this.#links, number));
    const groups = groupsByMember(config);
    for (const router of this.#routers) router.group = groups.get(router.config.name);
    const alone = this.#routers.filter(({ group }) => group === undefined).map((router) => [router]);
    const grouped = config.syncGroups.map((group) => this.#routers.filter((router) => router.group === group));
    for (const unit of grouped) for (const one of unit) one.mates = unit.filter((mate) => mate !== one);
    this.#units = [...alone, ...grouped];
  }

  /** The virtual router of an instance, for those who watch. */
  routerOf(name: string): Readonly<Pick<VirtualRouter, 'state' | 'priority'>> | undefined {
    return this.#routers.find(({ config }) => config.name === name);
  }

  nextDeadline(): Instant | undefined {
    if (!this.#isRunning) return undefined;
    const routers = this.#routers.map((router) => router.nextDeadline());
    return earliest(this.#startsAt, this.#trackers.nextDeadline(), ...routers);
  }

  /** As Router.handle: the effects are to be performed in this order before the next input is handed in. */
  handle(input: Input, now: Instant): Effect[] {
    const turn = new Turn(now);
    if (input.kind === 'link') this.#see(input.interface, input.link, turn);
    else if (input.kind === 'start') this.#start(turn);
    else if (this.#isRunning) this.#hear(input, turn);
    return turn.effects;
  }

  #start(turn: Turn): void {
    this.#isRunning = true;
    const { vrrpStartupDelay } = this.#config.global;
    if (vrrpStartupDelay > 0) this.#startsAt = after(turn.now, vrrpStartupDelay);
    for (const router of this.#routers) router.presence.removeAddresses(turn);
    this.#trackers.start(turn);
    this.#review(turn, { init: true });
    for (const { config } of this.#routers) this.#listen(config.interface, turn);
  }

  #hear(input: Exclude<Input, { kind: 'start' | 'link' }>, turn: Turn): void {
    switch (input.kind) {
      case 'tick':
        this.#tick(turn);
        break;
      case 'packet': {
        const { packet } = input;
        if (packet.kind === 'unreadable' || this.#startsAt !== undefined) return;
        const id = packet.kind === 'advert' ? packet.advert.virtualRouterId : packet.virtualRouterId;
        for (const router of this.#routers)
          if (
            router.config.interface === input.interface &&
            router.config.virtualRouterId === id &&
            router.config.family === familyOf(packet.source)
          )
            router.hear(packet, turn);
        break;
      }
      case 'address-removed':
        for (const router of this.#routers)
          if (
            addressesOf(router.config).some(
              ({ dev, prefix, noTrack }) => dev === input.interface && prefix.address === input.address && !noTrack,
            )
          )
            router.loseAddress(turn);
        break;
      case 'script-begun':
        this.#trackers.scriptBegun(input.script, turn);
        break;
      case 'script':
        this.#trackers.scriptEnded(input.script, input.outcome, turn);
        this.#review(turn);
        break;
      case 'file':
        this.#trackers.files.get(input.name)?.read(input.reading);
        this.#review(turn);
        break;
      case 'process':
        this.#trackers.processes.get(input.name)?.counted(input.count, turn.now);
        this.#review(turn);
        break;
      case 'stop':
        this.#stop(turn);
        break;
      // It has no such orders, and does not look at what the kernel refuses; to ARP it does not listen.
      case 'route-removed':
      case 'claim':
      case 'connections-reset':
      case 'reload':
      case 'failover':
      case 'maintenance':
      case 'failed':
        break;
    }
  }

  #tick(turn: Turn): void {
    for (const router of this.#routers.toSorted((a, b) => (a.isBefore(b) ? -1 : 1))) router.expire(turn);
    if (this.#startsAt !== undefined && this.#startsAt <= turn.now) {
      this.#startsAt = undefined;
      this.#review(turn, { init: true });
    }
    this.#trackers.due(turn);
    this.#review(turn);
  }

  /** All say farewell and give their addresses up; then all are told of it. */
  #stop(turn: Turn): void {
    this.#isRunning = false;
    this.hasStopped = true;
    this.#trackers.stop(turn);
    for (const router of this.#routers) router.stop(turn);
    for (const { config, priority } of this.#routers)
      turn.do({ kind: 'notify', event: { subject: 'INSTANCE', name: config.name, state: 'STOP', priority } });
    for (const { name } of this.#config.syncGroups)
      turn.do({ kind: 'notify', event: { subject: 'GROUP', name, state: 'STOP', priority: 0 } });
    for (const [name, families] of this.#open)
      turn.do(...families.map((family) => ({ kind: 'close-link', interface: name, family }) as const));
    this.#open.clear();
  }

  #see(name: string, link: Link | undefined, turn: Turn): void {
    const before = this.#links.get(name);
    if (link) this.#links.set(name, link);
    else this.#links.delete(name);
    if (!this.#isRunning) return;
    if (before?.up !== link?.up) turn.log('info', `Netlink reports ${name} ${link?.up ? 'up' : 'down'}`);
    this.#review(turn);
    this.#listen(name, turn);
  }

  #listen(name: string, turn: Turn): void {
    if (this.#open.has(name) || !this.#links.get(name)?.up) return;
    const here = this.#routers.flatMap(({ config }) => (config.interface === name ? config : []));
    const families = [...new Set(here.map(({ family }) => family))];
    if (families.length === 0) return;
    this.#open.set(name, families);
    for (const family of families) {
      const groups = here.flatMap((one) => (one.family === family && !one.unicast ? one.mcastDstIp : []));
      turn.do({ kind: 'open-link', interface: name, family, groups: [...new Set(groups)] });
    }
  }

  /** What they track may stand otherwise: priorities, faults and beginnings follow. */
  #review(turn: Turn, { init } = { init: false }): void {
    for (const router of this.#routers) {
      const values = this.#verdicts(router).map(({ value }) => ({ tracker: '', value }));
      const priority = effectivePriority(router.base, values);
      if (priority !== router.priority) router.changePriority(priority, turn);
    }
    if (this.#startsAt === undefined) for (const unit of this.#units) this.#reviewUnit(unit, turn, init);
  }

  /** A group fails, waits and begins as a whole; who had the fault comes first. At the start the group is told first. */
  #reviewUnit(unit: readonly VirtualRouter[], turn: Turn, init: boolean): void {
    const [first] = unit;
    const isFaulty = (router: VirtualRouter): boolean => this.#isFaulty(router);
    const group = first?.group;
    const tellGroup = (state: 'BACKUP' | 'FAULT'): void => {
      if (group) turn.do({ kind: 'notify', event: { subject: 'GROUP', name: group.name, state, priority: 0 } });
    };
    const inOrder = (isFirst: (router: VirtualRouter) => boolean): VirtualRouter[] => [
      ...unit.filter(isFirst),
      ...unit.filter((router) => !isFirst(router)),
    ];
    if (unit.some(isFaulty)) {
      const moving = inOrder(isFaulty).filter(({ state }) => state !== 'FAULT');
      for (const router of moving) router.fail(turn, { init, isCause: isFaulty(router) });
      if (moving.length > 0) tellGroup('FAULT');
    } else if (unit.some((router) => this.#isWaiting(router))) {
      for (const router of unit) router.isCause = this.#isWaiting(router);
    } else {
      const moving = inOrder(({ isCause }) => isCause).filter(({ state }) => state === 'INIT' || state === 'FAULT');
      if (moving.length > 0 && init) tellGroup('BACKUP');
      for (const router of moving) router.begin(turn, { init });
      if (moving.length > 0 && !init) tellGroup('BACKUP');
    }
  }

  #verdicts({ config, group }: VirtualRouter): Verdict[] {
    const isOwn = (name: string): boolean => name === config.interface;
    return tracksOf(config, group)
      .filter(({ kind, name }) => kind !== 'interface' || !isOwn(name) || config.dontTrackPrimary)
      .map((track) => judge(track, this.#trackers.standing(track)));
  }

  #isWaiting(router: VirtualRouter): boolean {
    return this.#verdicts(router).some(({ awaited }) => awaited);
  }

  /**
   * Its interface or one that an address is on is down, there is no address to send from or the tracked one is not there,
   * there is nobody to send to, or what it tracks has failed.
   */
  #isFaulty(router: VirtualRouter): boolean {
    const {
      config,
      presence: { source },
    } = router;
    const devices = addressesOf(config).flatMap(({ dev, noTrack }) =>
      noTrack || dev === config.interface ? [] : [dev],
    );
    if (!config.dontTrackPrimary) devices.push(config.interface);
    const isAway =
      config.trackSrcIp &&
      ![...this.#links.values()].some(({ addresses }) => addresses.some(({ address }) => address === source));
    if (isAway || config.unicast?.peers.length === 0) return true;
    if (source === undefined || devices.some((dev) => !this.#links.get(dev)?.up)) return true;
    return this.#verdicts(router).some(({ failed }) => failed);
  }
}
