// A life played in memory right after the start, with a router of its own that nobody hears: so that none of that code runs
// for the first time when it counts, which would cost one to three milliseconds between the end of the Master_Down_Timer
// and the advert. A moment before a take-over it is played once more, since an idle process has lost the processor's
// caches. Nothing is sent and no state is shared.

import { setFlagsFromString } from 'node:v8';
import { familyOf, type Family, type IpAddress, type MacAddress } from '../address.js';
import { addressesOf } from '../config/diff.js';
import type { Config, VirtualAddress, VrrpInstance } from '../config/model.js';
import type { Addresses } from '../linux/addresses.js';
import {
  decodeIpv4Advert,
  decodeIpv6Advert,
  encodeIpv4Advert,
  encodeIpv6Advert,
  type Advert,
  type AdvertHeader,
} from '../packet/vrrp.js';
import { instant, seconds, type Instant } from '../time.js';
import type { Effect } from '../vrrp/effect.js';
import type { Input, Link } from '../vrrp/input.js';
import { Router } from '../vrrp/router.js';

/** The first compiles, the second runs what was compiled; thirty would gain nothing more and cost 6 MB. */
const ROUNDS = 2;
/** A stop: two more farewells, then the addresses go. */
const TICKS_OF_A_STOP = 3;
const ADVERTS = 3;
/** No interface has this name. */
const NOWHERE = '';
/** Effects that go their way up to where there is no such interface. */
const WALKED: ReadonlySet<Effect['kind']> = new Set([
  'send-probe',
  'send-advert',
  'add-address',
  'remove-address',
  'send-garp',
  'send-na',
]);
type Perform = (effects: readonly Effect[]) => void;

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

export class Rehearsal {
  readonly #perform: Perform;
  readonly #real: Addresses;
  #all: readonly VirtualAddress[] = [];
  #alone: Alone | undefined;

  /** `perform` is given effects on an interface that there never is; of `real` nothing is asked but to prepare. */
  constructor(perform: Perform, real: Addresses) {
    this.#perform = perform;
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
    // What has run only a few times is interpreted, which takes twice as long and more.
    setFlagsFromString('--always-sparkplug');
    for (let round = 0; this.#alone && round < ROUNDS; round += 1) new Play(this.#alone, this.#perform).whole();
    setFlagsFromString('--no-always-sparkplug');
  }

  /** Before one that is due in a moment. */
  takeOver(): void {
    if (this.#alone) new Play(this.#alone, this.#perform).takeOver();
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
    interface: NOWHERE,
    priority: 150,
    nopreempt: false,
    tracks: [],
    virtualAddresses: first.virtualAddresses.slice(0, 1).map((address) => ({ ...address, dev: NOWHERE })),
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
  readonly #perform: Perform;
  #now: Instant = instant(0);

  constructor({ config, instance }: Alone, perform: Perform) {
    this.#perform = perform;
    this.#router = new Router(config, this.#now);
    this.#instance = instance;
  }

  takeOver(): void {
    this.#give({ kind: 'link', interface: NOWHERE, link });
    this.#give({ kind: 'start' });
    // A master, and the end of the Master_Down_Timer.
    this.#hear(254);
    this.#tick();
  }

  whole(): void {
    this.takeOver();
    this.#loseAddress();
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

  #tick(): void {
    this.#now = this.#router.nextDeadline() ?? this.#now;
    this.#give({ kind: 'tick' });
  }

  /** Connections are said to be reset at once. */
  #give(input: Input): void {
    const effects = this.#router.handle(input, this.#now);
    this.#perform(effects.filter(({ kind }) => WALKED.has(kind)));
    for (const effect of effects)
      if (effect.kind === 'reset-connections')
        this.#give({ kind: 'connections-reset', addresses: effect.addresses, count: 0 });
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
    this.#give({ kind: 'packet', interface: NOWHERE, packet });
  }

  /** Somebody else takes it off. */
  #loseAddress(): void {
    const [first] = this.#instance.virtualAddresses;
    if (first) this.#give({ kind: 'address-removed', interface: NOWHERE, address: first.prefix.address });
  }

  #claim(): void {
    const [first] = this.#instance.virtualAddresses;
    if (first === undefined) return;
    const claim = { address: first.prefix.address, mac: other.mac, isAnswer: false };
    this.#give({ kind: 'claim', interface: NOWHERE, ...claim });
  }
}

const encode = (header: AdvertHeader, advert: Advert): Buffer =>
  familyOf(header.source) === 'ipv4' ? encodeIpv4Advert(header, advert) : encodeIpv6Advert(header, advert);
