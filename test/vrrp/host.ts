// A host of the core's tests: a router under virtual time, with an interface of its own. It records effects as short
// words, so that a test reads like the sentence it proves. It performs nothing.

import { familyOf, parseAddress, parseMac, VRRP_GROUPS, type IpAddress, type MacAddress } from '../../src/address.js';
import type {
  Config,
  GlobalDefs,
  SyncGroup,
  Track,
  TrackFile,
  TrackProcess,
  UnicastSettings,
  VrrpInstance,
  VrrpScript,
} from '../../src/config/model.js';
import type { AdvertAuthentication } from '../../src/packet/vrrp.js';
import { after, instant, seconds, type Duration, type Instant } from '../../src/time.js';
import type { ScriptOutcome } from '../../src/track/script.js';
import type { Effect } from '../../src/vrrp/effect.js';
import type { Input, Link } from '../../src/vrrp/input.js';
import type { Instance } from '../../src/vrrp/instance.js';
import type { Left } from '../../src/vrrp/note.js';
import { Router } from '../../src/vrrp/router.js';
import { describeRoute } from '../../src/config/route-text.js';

export const ip = (text: string): IpAddress => {
  const address = parseAddress(text);
  if (!address) throw new Error(`no address: ${text}`);
  return address;
};

const place = { file: 'test.conf', line: 1, column: 1 };

/** The interface of another host, which may announce or answer for an address. */
export const otherMac: MacAddress = parseMac('02:00:00:00:00:07') ?? ('' as never);

export const eth1: Link = {
  index: 2,
  up: true,
  mac: parseMac('02:00:00:00:00:01') ?? ('' as never),
  mtu: 1500,
  addresses: [
    { address: ip('192.168.1.191'), length: 24 },
    { address: ip('fe80::191'), length: 64 },
  ],
};

/** An interface with addresses that an earlier run left there. */
export const withLeft = (link: Link, ...left: string[]): Link => ({
  ...link,
  addresses: [...link.addresses, ...left.map((text) => ({ address: ip(text), length: 32 }))],
});

/** What makes anInstance one of version 3. */
export const VERSION_3 = { version: 3, authentication: { type: 'none' } } as const;
/** And what makes it one of IPv6. */
export const ipv6 = (...addresses: string[]) => ({
  ...VERSION_3,
  family: 'ipv6' as const,
  mcastDstIp: VRRP_GROUPS.ipv6,
  virtualAddresses: (addresses.length === 0 ? ['2001:db8::190'] : addresses).map((text) => anAddress(text)),
});

/** Adverts to these peers instead of the group. */
export const unicastTo = (peers: readonly string[], changes: Partial<UnicastSettings> = {}) => ({
  unicast: {
    peers: peers.map((address) => ({ address: ip(address) })),
    ttl: 255,
    checkSrc: false,
    oldChecksum: 'as-heard' as const,
    ...changes,
  },
});

/** Layout 1's instance on its first host, with what a test changes. */
export function anInstance(changes: Partial<VrrpInstance> = {}): VrrpInstance {
  return {
    name: 'VI_1',
    state: 'BACKUP',
    interface: 'eth1',
    virtualRouterId: 91,
    priority: 120,
    advertInt: seconds(1),
    version: 2,
    family: 'ipv4',
    nopreempt: false,
    preemptDelay: seconds(0),
    downTimerAdverts: 3,
    authentication: { type: 'PASS', password: '1111' },
    virtualAddresses: [anAddress('192.168.1.190')],
    excludedAddresses: [],
    virtualRoutes: [],
    virtualRules: [],
    tracks: [],
    dontTrackPrimary: false,
    trackSrcIp: false,
    mcastDstIp: VRRP_GROUPS.ipv4,
    v3ChecksumAsV2: false,
    accept: true,
    promoteSecondaries: false,
    garp: {
      masterDelay: seconds(5),
      masterRepeat: 5,
      lowerPrioDelay: seconds(5),
      lowerPrioRepeat: 5,
      // A burst after each advert is what vrrpd does beyond the RFC: its own tests ask for it.
      masterRefresh: seconds(0),
      masterRefreshRepeat: 1,
    },
    lowerPrioNoAdvert: false,
    higherPrioSendAdvert: false,
    resetConnections: false,
    notify: {},
    notifyDeleted: false,
    notifyPriorityChanges: false,
    smtpAlert: false,
    kept: [],
    place,
    places: {},
    ...changes,
  };
}

export const anAddress = (address: string, dev = 'eth1') => ({
  prefix: { address: ip(address), length: familyOf(ip(address)) === 'ipv4' ? 32 : 128 },
  dev,
  scope: 0,
  place,
});

/** A check each 2 s, as layout 1 has it. */
export function aScript(changes: Partial<VrrpScript> = {}): VrrpScript {
  return {
    name: 'chk',
    command: { argv: ['/bin/check'], place },
    interval: seconds(2),
    weight: 0,
    reverse: false,
    rise: 1,
    fall: 1,
    initFail: false,
    place,
    places: {},
    ...changes,
  };
}

export const tracked = (changes: Partial<Track> = {}): Track => ({
  kind: 'script',
  name: 'chk',
  weight: 0,
  reverse: false,
  ...changes,
});

/** A track_file whose number counts as it is. */
export const aFile = (changes: Partial<TrackFile> = {}): TrackFile => ({
  name: 'hand',
  file: '/run/hand',
  weight: 1,
  reverse: false,
  place,
  places: {},
  ...changes,
});

export const aProcess = (changes: Partial<TrackProcess> = {}): TrackProcess => ({
  name: 'web',
  command: ['haproxy'],
  fullCommand: false,
  weight: 0,
  reverse: false,
  quorum: 1,
  forkDelay: seconds(0),
  terminateDelay: seconds(0),
  place,
  places: {},
  ...changes,
});

export const aGroup = (members: readonly string[], changes: Partial<SyncGroup> = {}): SyncGroup => ({
  name: 'G',
  members,
  tracks: [],
  syncGroupTrackingWeight: false,
  notify: {},
  notifyPriorityChanges: false,
  smtpAlert: false,
  kept: [],
  place,
  places: {},
  ...changes,
});

/** What a packet of the other router says, where it differs from a right one. */
export interface Said {
  readonly priority: number;
  readonly from?: string;
  readonly to?: IpAddress;
  readonly ttl?: number;
  readonly type?: number;
  readonly checksumValid?: boolean;
  readonly hasOldChecksum?: true;
  readonly interval?: Duration;
  readonly version?: 2 | 3;
  readonly virtualRouterId?: number;
  readonly authentication?: AdvertAuthentication;
  readonly addresses?: readonly string[];
}

/** An advert of 192.168.1.192 that fits `anInstance`, or from an IPv6 address, one that fits it as `ipv6()` makes it. */
export function anAdvert(said: Said): Input {
  const source = ip(said.from ?? '192.168.1.192');
  const family = familyOf(source);
  const address = family === 'ipv4' ? '192.168.1.190' : '2001:db8::190';
  const common = {
    virtualRouterId: said.virtualRouterId ?? 91,
    priority: said.priority,
    interval: said.interval ?? seconds(1),
    addresses: (said.addresses ?? [address]).map(ip),
  };
  return {
    kind: 'packet',
    interface: 'eth1',
    packet: {
      kind: 'advert',
      source,
      destination: said.to ?? VRRP_GROUPS[family],
      ttl: said.ttl ?? 255,
      type: said.type ?? 1,
      checksumValid: said.checksumValid ?? true,
      ...(said.hasOldChecksum && { hasOldChecksum: true }),
      advert:
        said.version === 3 || family === 'ipv6'
          ? { version: 3, ...common }
          : { version: 2, authentication: said.authentication ?? { type: 'PASS', password: '1111' }, ...common },
    },
  };
}

/** What ARP says of another host, where it is not a gratuitous ARP for the first address of `anInstance`. */
export interface Claimed {
  readonly address?: string;
  readonly mac?: MacAddress;
  readonly isAnswer?: boolean;
  readonly on?: string;
}

export const aClaim = ({ address = '192.168.1.190', mac = otherMac, isAnswer = false, on = 'eth1' }: Claimed = {}) =>
  ({ kind: 'claim', interface: on, address: ip(address), mac, isAnswer }) as const;

interface Parts {
  readonly instances?: readonly VrrpInstance[];
  readonly scripts?: readonly VrrpScript[];
  readonly files?: readonly TrackFile[];
  readonly processes?: readonly TrackProcess[];
  readonly groups?: readonly SyncGroup[];
  readonly delays?: Config['interfaceDelays'];
  readonly global?: Partial<GlobalDefs>;
  readonly statics?: Pick<Config, 'staticIpaddress' | 'staticRoutes' | 'staticRules'>;
}

const NO_STATICS = { staticIpaddress: [], staticRoutes: [], staticRules: [] };

export const aConfig = ({ instances = [], scripts = [], statics = NO_STATICS, ...parts }: Parts): Config => ({
  global: {
    enableScriptSecurity: false,
    fifoWriteVrrpStatesOnReload: false,
    vrrpStartupDelay: seconds(0),
    vrrpNoSwap: false,
    jsonVersion: 1,
    kept: [],
    ...parts.global,
  },
  usePidDir: false,
  vrrpScripts: scripts,
  trackFiles: parts.files ?? [],
  trackProcesses: parts.processes ?? [],
  syncGroups: parts.groups ?? [],
  interfaceDelays: parts.delays ?? [],
  vrrpInstances: instances,
  staticIpaddress: statics.staticIpaddress,
  staticRoutes: statics.staticRoutes,
  staticRules: statics.staticRules,
  kept: [],
});

export class TestHost {
  now: Instant = instant(1_000_000_000);
  readonly router: Router;
  /** All effects so far with their instants, as words; log lines apart. */
  readonly trace: { at: number; what: string }[] = [];
  readonly log: string[] = [];
  /** How every script ends, at once; while undefined they run until the test ends them. */
  scriptsEnd: ScriptOutcome | undefined;
  /** How many connections each reset finds, at once; while undefined no reset comes to an end by itself. */
  connections: number | undefined;
  readonly #began = this.now;

  constructor({ instances = [anInstance()], ...rest }: Parts = {}, links: Record<string, Link> = { eth1 }) {
    this.router = new Router(aConfig({ instances, ...rest }), this.now);
    for (const [name, link] of Object.entries(links)) this.link(name, link);
  }

  get instance(): Instance {
    const [first] = this.router.instances.values();
    if (!first) throw new Error('no instance');
    return first;
  }

  get state(): string {
    return this.instance.state.kind;
  }

  /** Seconds since the host was made. */
  get at(): number {
    return (this.now - this.#began) / 1_000_000;
  }

  /** `left` by a process before it that crashed. */
  start(left?: Left): string[] {
    return this.give({ kind: 'start', ...(left && { left }) });
  }

  hear(said: Said): string[] {
    return this.give(anAdvert(said));
  }

  /** ARP of another host, and what is due at once by it. */
  claim(claimed?: Claimed): string[] {
    return [...this.give(aClaim(claimed)), ...this.pass(seconds(0))];
  }

  link(name: string, link?: Link): string[] {
    return this.give({ kind: 'link', interface: name, ...(link && { link }) });
  }

  /** The link was down for a while, but is as it was. */
  flap(name: string): string[] {
    const link = this.router.surroundings.links.get(name);
    return this.give({ kind: 'link', interface: name, ...(link && { link }), flapped: true });
  }

  /** Goes over to these instances and scripts. */
  reload(parts: Parts): string[] {
    return this.give({ kind: 'reload', config: aConfig(parts) });
  }

  script(outcome: ScriptOutcome, name = 'chk'): string[] {
    return this.give({ kind: 'script', script: name, outcome });
  }

  /** What the track_file holds now. */
  file(value: number, name = 'hand'): string[] {
    return this.give({ kind: 'file', name, reading: { kind: 'number', value } });
  }

  process(count: number, name = 'web'): string[] {
    return this.give({ kind: 'process', name, count });
  }

  /** One input at the present instant; the effects it had, in words. */
  give(input: Input): string[] {
    return this.#record(this.router.handle(input, this.now));
  }

  /** Lets `duration` pass, each deadline being served at its own instant; the effects in words. */
  pass(duration: Duration): string[] {
    const end = after(this.now, duration);
    const words: string[] = [];
    for (let next = this.router.nextDeadline(); next !== undefined && next <= end; next = this.router.nextDeadline()) {
      if (next > this.now) this.now = next;
      words.push(...this.#record(this.router.handle({ kind: 'tick' }, this.now)));
    }
    this.now = end;
    return words;
  }

  /** When the effects that begin with `prefix` came, in seconds since the host was made. */
  times(prefix: string): number[] {
    return this.trace.filter(({ what }) => what.startsWith(prefix)).map(({ at }) => at);
  }

  #record(effects: Effect[]): string[] {
    const words = effects.flatMap((effect) => {
      if (effect.kind !== 'log') return [describeEffect(effect)];
      this.log.push(effect.text);
      return [];
    });
    for (const what of words) this.trace.push({ at: this.at, what });
    for (const effect of effects) {
      if (effect.kind === 'reset-connections' && this.connections !== undefined)
        words.push(...this.give({ kind: 'connections-reset', addresses: effect.addresses, count: this.connections }));
      if (effect.kind !== 'run-script') continue;
      words.push(...this.give({ kind: 'script-begun', script: effect.script }));
      if (this.scriptsEnd) words.push(...this.script(this.scriptsEnd, effect.script));
    }
    return words;
  }
}

function describeEffect(effect: Exclude<Effect, { kind: 'log' }>): string {
  switch (effect.kind) {
    case 'open-link':
    case 'close-link':
      return `${effect.kind} ${effect.interface}${effect.family === 'ipv4' ? '' : ' ipv6'}`;
    case 'send-advert':
      return `advert ${effect.advert.priority}`;
    case 'send-garp':
      return `garp ${effect.addresses.join(' ')} x${effect.rounds}`;
    case 'send-na':
      return `na ${effect.addresses.join(' ')} x${effect.rounds}`;
    case 'send-probe':
      return `probe ${effect.address}`;
    case 'reset-connections':
      return `reset ${effect.addresses.join(' ')}`;
    case 'add-address':
      return `add ${effect.address.prefix.address}`;
    case 'remove-address':
      return `remove ${effect.address.prefix.address}`;
    case 'add-route':
    case 'remove-route':
      return `${effect.kind} ${describeRoute(effect.entry)}`;
    case 'run-script':
      return `run ${effect.script}`;
    case 'signal-script':
      return `${effect.signal} ${effect.script}`;
    case 'watch':
      return `watch ${[...effect.files, ...effect.processes].map(({ name }) => name).join(' ')}`;
    case 'notify': {
      const { subject, name, state, priority } = effect.event;
      return subject === 'GROUP' ? `group ${name} ${state} ${priority}` : `notify ${state} ${priority}`;
    }
  }
}

export const succeeded: ScriptOutcome = { kind: 'exited', code: 0, milliseconds: 12, output: '' };
export const failed: ScriptOutcome = { kind: 'exited', code: 1, milliseconds: 31, output: 'haproxy: no process found' };
