// A take-over, a yield and a farewell played once in memory right after the start, with a router of its own that nobody
// hears: so that none of that code runs for the first time when it counts. Compiling it then costs one to three
// milliseconds between the end of the Master_Down_Timer and the advert. Nothing is sent and no state is shared.

import { setFlagsFromString } from 'node:v8';
import { VRRP_GROUP_IPV4, type IpAddress, type MacAddress } from '../address.js';
import type { Config } from '../config/model.js';
import { encodeGratuitousArp } from '../packet/arp.js';
import { decodeIpv4Advert, encodeIpv4Advert } from '../packet/vrrp.js';
import { instant, seconds } from '../time.js';
import type { Effect } from '../vrrp/effect.js';
import type { Input, Link } from '../vrrp/input.js';
import { Router } from '../vrrp/router.js';

/** The first compiles, the second runs what was compiled; thirty would gain nothing more and cost 6 MB. */
const ROUNDS = 2;

const link: Link = {
  index: 1,
  up: true,
  mac: '02:00:00:00:00:01' as MacAddress,
  mtu: 1500,
  addresses: [{ address: '192.0.2.1' as IpAddress, length: 24 }],
};

/** Costs about 5 ms; what it compiled is kept for good. */
export function rehearse(config: Config): void {
  // The engine forgets code that has not run for a while, and a BACKUP waits for months.
  setFlagsFromString('--no-flush-bytecode');
  const [first] = config.vrrpInstances;
  if (!first) return;
  const global = { ...config.global, vrrpStartupDelay: seconds(0) };
  const alone: Config = {
    ...config,
    global,
    interfaceDelays: [],
    vrrpScripts: [],
    syncGroups: [],
    vrrpInstances: [{ ...first, tracks: [] }],
  };
  for (let round = 0; round < ROUNDS; round += 1) play(alone, first.interface);
}

function play(config: Config, name: string): void {
  const router = new Router(config, instant(0));
  const give = (input: Input): void => router.handle(input, router.nextDeadline() ?? instant(0)).forEach(encode);
  give({ kind: 'link', interface: name, link });
  give({ kind: 'start' });
  // The Master_Down_Timer, then an advert.
  give({ kind: 'tick' });
  give({ kind: 'tick' });
  for (const priority of [1, 0, 254]) give(foreignAdvert(config, { name, priority }));
  give({ kind: 'stop', cause: 'rehearsal' });
}

function encode(effect: Effect): void {
  if (effect.kind === 'send-advert') encodeIpv4Advert(effect.header, effect.advert);
  if (effect.kind === 'send-garp')
    for (const address of effect.addresses) encodeGratuitousArp({ mac: effect.mac, address });
}

/** An advert for the first instance as it would come in. */
function foreignAdvert({ vrrpInstances }: Config, { name, priority }: { name: string; priority: number }): Input {
  const [instance] = vrrpInstances;
  const header = { source: '192.0.2.2' as IpAddress, destination: VRRP_GROUP_IPV4, ttl: 255, identification: 1 };
  const packet = encodeIpv4Advert(header, {
    version: 2,
    virtualRouterId: instance?.virtualRouterId ?? 1,
    priority,
    interval: instance?.advertInt ?? seconds(1),
    authentication: instance?.authentication ?? { type: 'none' },
    addresses: instance?.virtualAddresses.map(({ prefix }) => prefix.address) ?? [],
  });
  return { kind: 'packet', interface: name, packet: decodeIpv4Advert(packet) };
}
