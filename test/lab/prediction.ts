// What a simulated network makes of a story that was played with real daemons: the same is done to it at the moments at
// which it was done there, so that a slow start or a late command is no difference. What they tell and send is compared.

import type { IpAddress } from '../../src/address.js';
import { fifoLine } from '../../src/notify/fifo.js';
import type { Happening } from '../../src/sim/network.js';
import { Network } from '../../src/sim/network.js';
import { play } from '../../src/sim/play.js';
import { Random } from '../../src/sim/random.js';
import { between, inMilliseconds, instant, milliseconds } from '../../src/time.js';
import type { Effect } from '../../src/vrrp/effect.js';
import type { Cast } from './cast.js';
import type { Played, Sent, Told } from './story.js';

/** Milliseconds; what a machine that does other things too may be late by. */
const LATE = 300;

export type Prediction = Pick<Played, 'told' | 'sent'>;

export function predict(cast: Cast, { done, length }: Pick<Played, 'done' | 'length'>): Prediction {
  const told: Told[] = [];
  const sent: Sent[] = [];
  const watch = (happening: Happening): void => {
    if (happening.kind !== 'effect') return;
    const { host, effect } = happening;
    const at = inMilliseconds(between({ from: instant(0), to: network.now }));
    const say = (list: Told[], words: string): unknown => list.push({ at, host: host.name, words });
    if (effect.kind === 'notify') say(told, fifoLine(effect.event).trim());
    else if ('interface' in effect && host.interfaces.get(effect.interface)?.up === true)
      for (const words of wordsOf(effect)) say(sent, words);
  };
  const network = new Network({ hosts: cast.hosts, random: new Random(1), watch });
  const until = (at: number): void => network.run(between({ from: network.now, to: instant(at * 1_000) }));
  for (const { at, command } of done) {
    until(at);
    play([{ line: 0, command }], { network, configOf: () => undefined });
  }
  until(length);
  return { told, sent };
}

function wordsOf(effect: Effect): string[] {
  if (effect.kind === 'send-advert') return [`advert ${effect.advert.virtualRouterId} ${effect.advert.priority}`];
  if (effect.kind !== 'send-garp') return [];
  const round = effect.addresses.map((address: IpAddress) => `garp ${address}`);
  return Array.from({ length: effect.rounds }, () => round).flat();
}

/** In what the two differ, in words; empty when they agree. */
export function differences(real: Prediction, model: Prediction, hosts: readonly string[]): string[] {
  return hosts.flatMap((host) => {
    const of = (list: readonly Told[]): Told[] => list.filter((one) => one.host === host);
    const what = [
      ...comparedWords(`${host} tells`, of(real.told).map(wordsIn), of(model.told).map(wordsIn)),
      ...comparedWords(`${host} sends`, inShort(of(real.sent)), inShort(of(model.sent))),
    ];
    return what.length > 0 ? what : comparedTimes(host, of(real.told), of(model.told));
  });
}

/** Pairs of events whose order is the other one, although they are further apart than anybody may be late. */
export function disorder(real: readonly Told[], model: readonly Told[]): string[] {
  const key = ({ host, words }: Told): string => `${host} ${words}`;
  const inOrder = real.toSorted((a, b) => a.at - b.at).map(key);
  return model.flatMap((one) =>
    model.flatMap((other) => {
      if (other.at - one.at <= LATE || key(one) === key(other)) return [];
      const isSwapped = inOrder.indexOf(key(one)) > inOrder.lastIndexOf(key(other));
      return isSwapped ? [`${key(other)} before ${key(one)}`] : [];
    }),
  );
}

const wordsIn = ({ words }: Told): string => words;

/** Adverts of one virtual router that repeat themselves once; announcements by their number, as they come between adverts. */
function inShort(sent: readonly Sent[]): string[] {
  const all = sent.map(wordsIn);
  const kinds = [...new Set(all.map((words) => words.split(' ', 2).join(' ')))].sort();
  return kinds.flatMap((kind) => {
    const those = all.filter((words) => words.startsWith(kind));
    if (kind.startsWith('garp')) return [`${kind} x${those.length}`];
    return those.filter((words, index) => words !== those[index - 1]);
  });
}

function comparedWords(what: string, real: readonly string[], model: readonly string[]): string[] {
  if (real.join('\n') === model.join('\n')) return [];
  return [`${what}: ${real.join(', ')}; the model: ${model.join(', ')}`];
}

function comparedTimes(host: string, real: readonly Told[], model: readonly Told[]): string[] {
  return real.flatMap(({ at, words }, index) => {
    const late = Math.round(at - (model[index]?.at ?? NaN));
    return Math.abs(late) <= LATE ? [] : [`${host} tells ${words} at ${Math.round(at)} ms, ${late} ms after the model`];
  });
}

/** Milliseconds by which a real event and its model differ at most; for the log of a run. */
export function largestLateness(real: Prediction, model: Prediction): number {
  const of = (list: readonly Told[], host: string): Told[] => list.filter((one) => one.host === host);
  const hosts = new Set(model.told.map(({ host }) => host));
  const all = [...hosts].flatMap((host) => {
    const told = of(real.told, host);
    return of(model.told, host).map(({ at }, index) => Math.abs(at - (told[index]?.at ?? at)));
  });
  return Math.max(0, ...all.map((one) => milliseconds(one) / 1_000));
}
