// A life played in memory right after the start, with a router of its own that nobody hears: so that none of that code runs
// for the first time when it counts, which would cost one to three milliseconds between the end of the Master_Down_Timer
// and the advert. A moment before a take-over it is played once more, since an idle process has lost the processor's
// caches. Nothing is sent and no state is shared.

import { setFlagsFromString } from 'node:v8';
import { familyOf, type Family, type IpAddress, type MacAddress } from '../address.js';
import { addressesOf } from '../config/diff.js';
import type { Config, VirtualAddress, VrrpInstance } from '../config/model.js';
import { Addresses } from '../linux/addresses.js';
import { encodeArpProbe, encodeGratuitousArps } from '../packet/arp.js';
import { encodeNeighbourProbe, encodeUnsolicitedAdvertisements } from '../packet/ndisc.js';
import {
  decodeIpv4Advert,
  decodeIpv6Advert,
  encodeIpv4Advert,
  encodeIpv6Advert,
  type Advert,
  type AdvertHeader,
} from '../packet/vrrp.js';
import { after, instant, milliseconds, seconds, type Instant } from '../time.js';
import type { Effect } from '../vrrp/effect.js';
import type { Input, Link } from '../vrrp/input.js';
import { Router } from '../vrrp/router.js';
import { together } from './together.js';

/** The first compiles, the second runs what was compiled; thirty would gain nothing more and cost 6 MB. */
const ROUNDS = 2;
/** A stop: two more farewells, then the addresses go. */
const TICKS_OF_A_STOP = 3;
const ADVERTS = 3;
/** What a take-over in memory takes. */
const TAKES = milliseconds(1);
/** The caches keep what was rehearsed for a while, and a BACKUP with checks has deadlines all the time. */
const STAYS_WARM = milliseconds(250);

type Host = Readonly<Record<Family, IpAddress>> & { readonly mac: MacAddress };
const own: Host = {
  ipv4: '192.0.2.1' as IpAddress,
  ipv6: 'fe80::1' as IpAddress,
  mac: '02:00:00:00:00:01' as MacAddress,
};
const other: Host = {
  ipv4: '192.0.2.2' as IpAddress,
  ipv6: 'fe80::2' as IpAddress,
  mac: '02:00:00:00:00:02' as MacAddress,
};
const link: Link = {
  index: 1,
  up: true,
  mac: own.mac,
  mtu: 1500,
  addresses: [
    { address: own.ipv4, length: 24 },
    { address: own.ipv6, length: 64 },
  ],
};

/** A kernel that does what it is asked to, which is nothing. */
const addresses = new Addresses({ request: (requests) => requests.map(() => undefined) }, () => link.index);

export class Rehearsal {
  readonly #touchKernel: () => void;
  readonly #real: Addresses;
  #all: readonly VirtualAddress[] = [];
  #alone: Alone | undefined;
  #lastAt: Instant = instant(0);
  #hasSpoken = false;

  /** `touchKernel` goes the way of a request and comes back with nothing done; of `real` nothing is asked but to prepare. */
  constructor(touchKernel: () => void, real: Addresses) {
    this.#touchKernel = touchKernel;
    this.#real = real;
    // The engine forgets code that has not run for a while, and a BACKUP waits for months.
    setFlagsFromString('--no-flush-bytecode');
  }

  /** From now on the first instance of this configuration, with one of its addresses; the requests for all are prepared. */
  update(config: Config): void {
    this.#all = config.vrrpInstances.flatMap(addressesOf);
    this.#real.prepare(this.#all);
    const [first] = config.vrrpInstances;
    this.#alone = first && alone(config, first);
  }

  /** A take-over, second masters, a yield, another take-over and a stop: costs about 10 ms; what it compiled is kept. */
  whole(): void {
    this.#real.prepare(this.#all);
    for (let round = 0; this.#alone && round < ROUNDS; round += 1) new Play(this.#alone).whole();
  }

  /** An advert has been sent: this is no idle BACKUP. */
  spoke(): void {
    this.#hasSpoken = true;
  }

  /** Something is due in a moment. If it may be an idle BACKUP's take-over, and there is time, that is rehearsed. */
  soon({ now, due }: { now: Instant; due: Instant }): void {
    const isIdle = !this.#hasSpoken && after(this.#lastAt, STAYS_WARM) < now;
    this.#hasSpoken = false;
    if (!this.#alone || !isIdle || due < after(now, TAKES)) return;
    this.#lastAt = now;
    new Play(this.#alone).takeOver();
    this.#touchKernel();
  }
}

/** A configuration with one instance. */
interface Alone {
  readonly config: Config;
  readonly instance: VrrpInstance;
}

function alone(config: Config, first: VrrpInstance): Alone {
  const instance: VrrpInstance = {
    ...first,
    priority: 150,
    nopreempt: false,
    tracks: [],
    virtualAddresses: first.virtualAddresses.slice(0, 1),
    excludedAddresses: [],
    trackSrcIp: false,
    ...(first.unicast && { unicast: { ...first.unicast, peers: [{ address: other[first.family] }] } }),
  };
  const one: Config = {
    ...config,
    global: { ...config.global, vrrpStartupDelay: seconds(0) },
    interfaceDelays: [],
    vrrpScripts: [],
    syncGroups: [],
    staticIpaddress: [],
    staticRoutes: [],
    staticRules: [],
    vrrpInstances: [instance],
  };
  return { config: one, instance };
}

class Play {
  readonly #router: Router;
  readonly #instance: VrrpInstance;
  #now: Instant = instant(0);

  constructor({ config, instance }: Alone) {
    this.#router = new Router(config, this.#now);
    this.#instance = instance;
  }

  takeOver(): void {
    this.#give({ kind: 'link', interface: this.#name, link });
    this.#give({ kind: 'start' });
    // The Master_Down_Timer.
    this.#tick();
  }

  whole(): void {
    this.takeOver();
    for (let count = 0; count < ADVERTS; count += 1) this.#tick();
    // One that leaves, one that yields, one that is worse.
    for (const priority of [0, 1, 100]) this.#hear(priority);
    this.#claim();
    this.#tick();
    this.#tick();
    // The heir.
    this.#hear(254);
    this.#claim();
    this.#tick();
    this.#hear(0);
    this.#tick();
    this.#give({ kind: 'stop', cause: 'rehearsal' });
    for (let count = 0; count < TICKS_OF_A_STOP; count += 1) this.#tick();
  }

  get #name(): string {
    return this.#instance.interface;
  }

  #tick(): void {
    this.#now = this.#router.nextDeadline() ?? this.#now;
    this.#give({ kind: 'tick' });
  }

  /** Connections are said to be reset at once. */
  #give(input: Input): void {
    for (const effect of together(this.#router.handle(input, this.#now))) {
      prepare(effect);
      if (effect.kind === 'reset-connections')
        this.#give({ kind: 'connections-reset', addresses: effect.addresses, count: 0 });
    }
  }

  /** An advert for the instance as it would come in. */
  #hear(priority: number): void {
    const { version, family, virtualRouterId, advertInt: interval, authentication, ...rest } = this.#instance;
    const destination = rest.unicast ? (rest.srcIp ?? own[family]) : rest.mcastDstIp;
    const header = { source: other[family], destination, ttl: 255, identification: 1 };
    const addresses = rest.virtualAddresses.map(({ prefix }) => prefix.address);
    const common = { virtualRouterId, priority, interval, addresses };
    const octets = encode(header, version === 2 ? { version, ...common, authentication } : { version, ...common });
    const packet =
      family === 'ipv4' ? decodeIpv4Advert(octets) : decodeIpv6Advert(octets, { ...header, hopLimit: header.ttl });
    this.#give({ kind: 'packet', interface: this.#name, packet });
  }

  #claim(): void {
    const [first] = this.#instance.virtualAddresses;
    if (first === undefined) return;
    const claim = { address: first.prefix.address, mac: other.mac, isAnswer: false };
    this.#give({ kind: 'claim', interface: first.dev, ...claim });
  }
}

const encode = (header: AdvertHeader, advert: Advert): Buffer =>
  familyOf(header.source) === 'ipv4' ? encodeIpv4Advert(header, advert) : encodeIpv6Advert(header, advert);

function prepare(effect: Effect): void {
  if (effect.kind === 'send-advert') encode(effect.header, effect.advert);
  if (effect.kind === 'send-probe')
    if (familyOf(effect.address) === 'ipv4') encodeArpProbe(effect);
    else encodeNeighbourProbe(effect);
  if (effect.kind === 'add-address') addresses.add([effect.address]);
  if (effect.kind === 'remove-address') addresses.remove([effect.address]);
  if (effect.kind === 'send-garp') encodeGratuitousArps(effect);
  if (effect.kind === 'send-na') encodeUnsolicitedAdvertisements(effect);
}
