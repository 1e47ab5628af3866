// The words that sentences are checked with: a host brought into a state, the octets that cross the wire, and what comes
// when. They stand on test/vrrp/host.ts and check nothing themselves but `dropped`. A sentence of an RFC is named by its
// section; one that vrrpd carries out otherwise says so in its name, and why.

import t, { type Test } from 'tap';
import type { VrrpInstance } from '../../src/config/model.js';
import { decodeIpv4Advert, encodeIpv4Advert } from '../../src/packet/vrrp.js';
import { seconds, type Duration } from '../../src/time.js';
import type { Effect } from '../../src/vrrp/effect.js';
import type { DropReason } from '../../src/vrrp/statistics.js';
import { anAddress, anAdvert, anInstance, TestHost, type Said } from '../vrrp/host.js';

export type Parts = ConstructorParameters<typeof TestHost>[0];

/** Of anInstance, priority 120: (256 - 120) / 256 s, and 3 s more. */
export const SKEW = 0.53125;
export const MASTER_DOWN = 3.53125;
/** The skew of priority 1 and a twentieth of it: how long a farewell that nobody answers waits, twice. */
export const PATIENCE = 1.045898;
/** How long a router that gives its addresses up waits when nobody is heard: priority 0, again after 5 ms, a third time. */
export const GIVES_UP = Math.round((0.005 + 2 * PATIENCE) * 1e6) / 1e6;

/** One sentence: init, do, check. */
export function sentence(name: string, check: (t: Test) => void): void {
  t.test(name, (t) => {
    check(t);
    t.end();
  });
}

/** Not started yet. */
export const initialize = (changes: Partial<VrrpInstance> = {}, parts: Parts = {}): TestHost =>
  new TestHost({ instances: [anInstance(changes)], ...parts });

/** In BACKUP since now: the whole Master_Down_Timer is left. */
export function backup(changes: Partial<VrrpInstance> = {}, parts: Parts = {}): TestHost {
  const host = initialize(changes, parts);
  host.start();
  return host;
}

/** MASTER since a while: its bursts of gratuitous ARP are over. */
export function master(changes: Partial<VrrpInstance> = {}, parts: Parts = {}): TestHost {
  const host = backup(changes, parts);
  host.pass(seconds(20));
  return host;
}

export const stop = (host: TestHost, cause = 'SIGTERM'): string[] => host.give({ kind: 'stop', cause });

/** The other router takes over: its advert, and the announcement of the address. */
export const takenOver = (host: TestHost, said: Partial<Said> = {}): string[] => [
  ...host.hear({ priority: 200, ...said }),
  ...host.claim(),
];

/** Its second instance, for another virtual router on the same interface. */
export const second = (changes: Partial<VrrpInstance> = {}): VrrpInstance =>
  anInstance({ name: 'VI_2', virtualRouterId: 92, virtualAddresses: [anAddress('192.168.1.200')], ...changes });

export const statesOf = (host: TestHost): string[] =>
  [...host.router.instances.values()].map(({ state }) => state.kind);

/** What begins with `prefix` in the coming time, each in seconds from now. */
export function within(host: TestHost, duration: Duration, prefix: string): number[] {
  const from = host.at;
  host.pass(duration);
  return host
    .times(prefix)
    .filter((at) => at > from)
    .map((at) => Math.round((at - from) * 1e6) / 1e6);
}

/** In how many seconds it becomes MASTER when it hears nobody; undefined when it does not within a minute. */
export const takesOverAfter = (host: TestHost): number | undefined => within(host, seconds(60), 'notify MASTER ')[0];

/** Hears the same advert each second. */
export function hears(host: TestHost, said: Said, { times }: { times: number }): void {
  for (let count = 0; count < times; count += 1) {
    host.pass(seconds(1));
    host.hear(said);
  }
}

/** The octets of an advert of 192.168.1.192, right where `said` does not say otherwise. */
export function octetsOf(said: Said): Buffer {
  const input = anAdvert(said);
  if (input.kind !== 'packet' || input.packet.kind !== 'advert') throw new Error('no advert');
  const { source, destination, ttl, advert } = input.packet;
  return encodeIpv4Advert({ source, destination, ttl, identification: 1 }, advert);
}

/** A copy with other octets from `offset` on, and the checksum of the VRRP part as it was. */
export function changed(packet: Buffer, offset: number, ...octets: number[]): Buffer {
  const copy = Buffer.from(packet);
  copy.set(octets, offset);
  return copy;
}

export const hearOctets = (host: TestHost, octets: Buffer, on = 'eth1'): string[] =>
  host.give({ kind: 'packet', interface: on, packet: decodeIpv4Advert(octets) });

/** The effects of one kind in the coming time, as the host gets them. */
export function effectsWithin<K extends Effect['kind']>(host: TestHost, duration: Duration, kind: K) {
  const found: Extract<Effect, { kind: K }>[] = [];
  const handle = host.router.handle.bind(host.router);
  const isWanted = (effect: Effect): effect is Extract<Effect, { kind: K }> => effect.kind === kind;
  host.router.handle = (input, now) => {
    const effects = handle(input, now);
    found.push(...effects.filter(isWanted));
    return effects;
  };
  host.pass(duration);
  host.router.handle = handle;
  return found;
}

/** The whole packets that it sends in the coming time. */
export const sentWithin = (host: TestHost, duration: Duration): Buffer[] =>
  effectsWithin(host, duration, 'send-advert').map(({ header, advert }) => encodeIpv4Advert(header, advert));

/** The packet is dropped for this reason by a MASTER and by a BACKUP: nothing follows, and no timer moves. */
export function dropped(t: Test, reason: DropReason, said: Buffer | Said, changes: Partial<VrrpInstance> = {}): void {
  for (const host of [master(changes), backup(changes)]) {
    const { state, statistics } = host.instance;
    const before = host.log.length;
    const words = Buffer.isBuffer(said) ? hearOctets(host, said) : host.hear(said);
    t.same(words, [], `nothing follows in ${state.kind}`);
    t.equal(host.instance.state, state, 'the state is the very same, deadlines included');
    t.equal(statistics.dropped[reason], 1, 'counted by its reason');
    t.equal(statistics.advertsHeard, 0);
    t.match(host.log[before], /^\(VI_1\) dropped an advert from /, 'logged');
  }
}

/** A BACKUP counts the advert as valid. */
export function counts(t: Test, said: Said, changes: Partial<VrrpInstance> = {}): TestHost {
  const host = backup(changes);
  hearOctets(host, octetsOf(said));
  t.equal(host.instance.statistics.advertsHeard, 1, JSON.stringify(said));
  return host;
}
