// A storm: a host with a random configuration that is given random inputs of all kinds. The same seed gives the same storm.

import type { Family } from '../../src/address.js';
import { after, milliseconds, seconds } from '../../src/time.js';
import type { Config, SyncGroup, Track, VrrpInstance } from '../../src/config/model.js';
import type { Input, Link } from '../../src/vrrp/input.js';
import { Random } from '../../src/sim/random.js';
import {
  aConfig,
  aFile,
  aGroup,
  anAddress,
  anAdvert,
  anInstance,
  aProcess,
  aScript,
  eth1,
  failed,
  ip,
  ipv6,
  otherMac,
  succeeded,
  tracked,
  unicastTo,
  VERSION_3,
} from './host.js';
import { StormHost } from './storm.js';

/** How many a storm has before its end. */
export const INPUTS = 300;
const INTERFACES = ['eth1', 'eth2', 'eth3'] as const;
const IDS = [91, 92, 93, 94] as const;

const vipOf = (id: number, family: Family): string => (family === 'ipv4' ? `192.168.${id}.190` : `2001:db8::${id}`);
/** The addresses of the host itself on an interface. */
const ownOn = (name: string) => ({
  ipv4: { address: ip(`10.0.0.${name.slice(3)}`), length: 24 },
  ipv6: { address: ip(`fe80::${name.slice(3)}`), length: 64 },
});
const peersOf = (family: Family): readonly string[] =>
  family === 'ipv4' ? ['10.0.0.0', '10.0.0.1', '10.0.0.200'] : ['fe80::a', 'fe80::1', 'fe80::200'];

/** Version, family, interval, and to whom it speaks. */
function someDialect(random: Random): Partial<VrrpInstance> {
  if (random.chance(2)) return {};
  const family = random.pick(['ipv4', 'ipv6'] as const);
  const unicast = unicastTo(peersOf(family), {
    checkSrc: random.chance(2),
    oldChecksum: random.pick(['never', 'always', 'as-heard'] as const),
  });
  return {
    ...(random.chance(3) && family === 'ipv4' ? {} : VERSION_3),
    ...(family === 'ipv6' && ipv6()),
    ...(random.chance(3) && unicast),
    advertInt: milliseconds(random.pick([100, 1000, 1000, 2000])),
    ...(random.chance(6) && { srcIp: ownOn('eth1')[family].address, trackSrcIp: true }),
    ...(random.chance(6) && { kernelRxBufSize: 65_536 }),
  };
}

function someTracks(random: Random): Track[] {
  const all: Track[] = [
    tracked({ kind: 'interface', name: 'eth3', weight: random.pick([0, 10, -20]), reverse: random.chance(6) }),
    tracked({ name: 'chk', weight: random.pick([0, 0, 5, -60]) }),
    tracked({ kind: 'file', name: 'hand', weight: random.pick([0, 1, -2]), reverse: random.chance(6) }),
    tracked({ kind: 'process', name: 'web', weight: random.pick([0, 0, 30]) }),
  ];
  return all.filter(() => random.chance(4));
}

const { masterRefresh: _none, ...announcesAfterAdverts } = anInstance().garp;

function someInstance(random: Random, id: number): VrrpInstance {
  const own = random.chance(6) ? 'eth3' : id % 2 === 0 ? 'eth2' : 'eth1';
  const dialect = someDialect(random);
  const { family = 'ipv4' } = dialect;
  const vip = anAddress(vipOf(id, family), random.chance(6) ? 'eth3' : own);
  const address = family === 'ipv6' && random.chance(4) ? { ...vip, flags: ['dad'] as const } : vip;
  return anInstance({
    ...dialect,
    name: `VI_${id}`,
    interface: own,
    virtualRouterId: id,
    priority: random.pick([90, 100, 100, 150, 255]),
    nopreempt: random.chance(5),
    preemptDelay: seconds(random.pick([0, 0, 0, 3])),
    virtualAddresses: [random.chance(6) ? { ...address, noTrack: true } : address],
    excludedAddresses: random.chance(4) ? [anAddress(random.pick([`10.1.${id}.1`, `2001:db8:1::${id}`]), own)] : [],
    resetConnections: random.chance(2),
    higherPrioSendAdvert: random.chance(4),
    lowerPrioNoAdvert: random.chance(4),
    garp: random.chance(2) ? announcesAfterAdverts : anInstance().garp,
    dontTrackPrimary: random.chance(8),
    notifyPriorityChanges: random.chance(2),
    tracks: someTracks(random),
  });
}

function someGroups(random: Random, ids: readonly number[]): SyncGroup[] {
  const groups = ['G', 'H'].map((name) => ({ name, members: [] as string[] }));
  for (const id of ids) random.pick([...groups, undefined])?.members.push(`VI_${id}`);
  return groups
    .filter(({ members }) => members.length > 0)
    .map(({ name, members }) => aGroup(members, { name, tracks: random.chance(3) ? someTracks(random) : [] }));
}

function someConfig(random: Random): Config {
  const ids = IDS.filter(() => !random.chance(4));
  return aConfig({
    instances: ids.map((id) => someInstance(random, id)),
    groups: random.chance(4) ? [] : someGroups(random, ids),
    scripts: [aScript({ rise: random.between(1, 2), fall: random.between(1, 2), initFail: random.chance(6) })],
    files: [aFile({ file: random.pick(['/a', '/b']) })],
    processes: [aProcess({ quorum: random.between(1, 2), terminateDelay: milliseconds(random.pick([0, 700])) })],
    delays: random.chance(3) ? [{ interface: 'eth1', down: seconds(1), up: milliseconds(random.pick([0, 1500])) }] : [],
    global: { vrrpStartupDelay: seconds(random.pick([0, 0, 4])) },
  });
}

export class Storm {
  readonly random: Random;
  readonly host: StormHost;
  #index = 10;

  constructor(seed: number) {
    this.random = new Random(seed);
    this.host = new StormHost(someConfig(this.random));
  }

  /** The first thing that is wrong. */
  blow(): string | undefined {
    const { host } = this;
    const begin: Input[] = [...INTERFACES.map((name) => this.#link(name)), { kind: 'start' }];
    for (const input of begin) {
      const [wrong] = host.give(input);
      if (wrong !== undefined && input.kind === 'start') return wrong;
    }
    for (let count = 0; count < INPUTS; count += 1) {
      const [wrong] = this.random.chance(2)
        ? this.#pass()
        : this.random.chance(20)
          ? this.#freeze()
          : host.give(this.#any());
      if (wrong !== undefined) return `input ${count}: ${wrong}`;
    }
    return this.#calm() ?? this.#stop();
  }

  /** Time goes on to the next deadline, or not as far. */
  #pass(): string[] {
    const { host, random } = this;
    const next = host.router.nextDeadline();
    const at = after(host.now, milliseconds(random.below(1500)));
    host.now = next !== undefined && next < at ? (next > host.now ? next : host.now) : at;
    return host.give({ kind: 'tick' });
  }

  /** The process stands still; what came in meanwhile is handed in before the clock is looked at. */
  #freeze(): string[] {
    const { host, random } = this;
    host.now = after(host.now, milliseconds(random.between(500, 6000)));
    const queued = Array.from({ length: random.below(4) }, () => (random.chance(3) ? this.#claim() : this.#advert()));
    return [...queued, { kind: 'tick' } as const].flatMap((input) => host.give(input));
  }

  /** ARP of somebody: another host, or this one. */
  #claim(): Input {
    const { random, host } = this;
    const [one] = host.router.all.flatMap(({ addresses }) => addresses).slice(random.below(2 * IDS.length));
    if (!one) return { kind: 'tick' };
    const mac = random.chance(6) ? eth1.mac : otherMac;
    return { kind: 'claim', interface: one.dev, address: one.prefix.address, mac, isAnswer: random.chance(3) };
  }

  #reset(): Input {
    const { resetting } = this.host;
    const addresses = resetting.splice(this.random.below(resetting.length + 1), 1)[0];
    return addresses ? { kind: 'connections-reset', addresses, count: this.random.below(9) } : { kind: 'tick' };
  }

  #link(name: string): Input {
    const { random, host } = this;
    const known = host.links.get(name);
    if (known && random.chance(8)) return { kind: 'link', interface: name };
    const index = known && !random.chance(10) ? known.index : (this.#index += 1);
    const addresses = Object.values(ownOn(name)).filter(() => !random.chance(12));
    const link: Link = { ...eth1, index, up: !random.chance(4), addresses };
    return { kind: 'link', interface: name, link };
  }

  #advert(): Input {
    const { random } = this;
    const id = random.pick(IDS);
    const listening = this.host.instances.find(({ config }) => config.virtualRouterId === id);
    const config = listening?.config ?? anInstance();
    const { version, family, advertInt, unicast } = config;
    const advert = anAdvert({
      version,
      priority: random.pick([0, 1, 95, 100, 120, 200]),
      from: random.pick(peersOf(family).filter((_, index) => index !== 1)),
      virtualRouterId: id,
      addresses: [vipOf(id, family)],
      interval: version === 3 ? milliseconds(random.pick([50, 100, 1000])) : advertInt,
      ...(unicast && { to: ownOn('eth1')[family].address }),
      ...(random.chance(3) && { hasOldChecksum: true }),
    });
    return { ...advert, interface: config.interface } as Input;
  }

  #any(): Input {
    const { random, host } = this;
    const until = random.perhaps(() => after(host.now, seconds(random.between(1, 8))));
    const [script] = host.running;
    const inputs: readonly (() => Input)[] = [
      () => this.#link(random.pick(INTERFACES)),
      () => this.#advert(),
      () => this.#advert(),
      () => this.#claim(),
      () => this.#claim(),
      () => this.#reset(),
      () => ({ kind: 'tick' }),
      () =>
        script === undefined
          ? { kind: 'tick' }
          : { kind: 'script', script, outcome: random.chance(3) ? failed : succeeded },
      () => ({ kind: 'file', name: 'hand', reading: { kind: 'number', value: random.pick([0, 0, 0, 5, -40, -300]) } }),
      () => ({ kind: 'process', name: 'web', count: random.below(3) }),
      () => ({ kind: 'failover', name: random.pick(['VI_91', 'VI_92', 'G', 'H', 'nobody']) }),
      () =>
        random.chance(4)
          ? { kind: 'maintenance', on: true, ...(until !== undefined && { until }) }
          : { kind: 'maintenance', on: false },
      () => (random.chance(4) ? { kind: 'reload', config: someConfig(random) } : { kind: 'tick' }),
      () => {
        // What has no_track is not put back: nobody takes it off here.
        const there = host.instances.flatMap(({ addresses }) => addresses).filter(({ noTrack }) => noTrack !== true);
        const [one] = there.slice(random.below(IDS.length));
        return one ? { kind: 'address-removed', interface: one.dev, address: one.prefix.address } : { kind: 'tick' };
      },
      () =>
        random.chance(6)
          ? {
              kind: 'failed',
              effect: 'open-link',
              interface: random.pick(INTERFACES),
              family: random.pick(['ipv4', 'ipv6'] as const),
              error: 'no buffers',
            }
          : { kind: 'tick' },
    ];
    return random.pick(inputs)();
  }

  /** All is well, and nobody else is there: everybody serves. */
  #calm(): string | undefined {
    const { host } = this;
    const inputs: Input[] = [
      { kind: 'maintenance', on: false },
      ...INTERFACES.flatMap((name): Input[] => {
        const link = { ...eth1, addresses: Object.values(ownOn(name)) };
        return [
          { kind: 'link', interface: name },
          { kind: 'link', interface: name, link: { ...link, index: (this.#index += 1) } },
        ];
      }),
      { kind: 'reload', config: calmed(host.router.config) },
    ];
    const wrong = inputs.flatMap((input) => host.give(input));
    for (let end = after(host.now, seconds(30)); host.now < end && wrong.length === 0;) {
      const next = host.router.nextDeadline() ?? end;
      host.now = next < end ? (next > host.now ? next : host.now) : end;
      wrong.push(...host.give({ kind: 'tick' }));
    }
    const idle = host.instances.filter(({ state }) => state.kind !== 'MASTER');
    return wrong[0] ?? (idle[0] && `${idle[0].config.name} is ${idle[0].state.kind} although all is well`);
  }

  #stop(): string | undefined {
    const { host } = this;
    const before = this.random.chance(2) ? host.give({ kind: 'failover', name: 'VI_91' }) : [];
    const wrong = [...before, ...host.give({ kind: 'stop', cause: 'the end' })];
    const afterwards = { count: 20 };
    while (afterwards.count > 0 && wrong.length === 0) {
      if (host.router.hasStopped) afterwards.count -= 1;
      const input: Input = this.random.chance(8) ? { kind: 'stop', cause: 'impatience' } : this.#any();
      wrong.push(...(this.random.chance(2) ? this.#pass() : host.give(input)));
    }
    return wrong[0];
  }
}

/** With nothing that can fail. */
const calmed = (config: Config): Config => ({
  ...config,
  vrrpInstances: config.vrrpInstances.map((one) => ({ ...one, tracks: [] })),
  syncGroups: config.syncGroups.map((one) => ({ ...one, tracks: [] })),
});
