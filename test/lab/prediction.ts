// What a simulated network makes of a story that was played with real daemons: the same is done to it at the moments at
// which it was done there, so that a slow start or a late command is no difference. What they tell and send is compared.

import type { IpAddress } from '../../src/address.js';
import { fifoLine } from '../../src/notify/fifo.js';
import type { Happening } from '../../src/sim/network.js';
import { Network } from '../../src/sim/network.js';
import { play } from '../../src/sim/play.js';
import { Random } from '../../src/sim/random.js';
import { between, inMilliseconds, instant } from '../../src/time.js';
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
export function differences(real: Prediction, model: Prediction): string[] {
  const hosts = [...new Set([...real.told, ...model.told].map(({ host }) => host))];
  const words = hosts.flatMap((host) => {
    const [told, sent] = [of(host, real.told), of(host, real.sent)];
    return [
      ...comparedWords(`${host} tells`, told.map(wordsIn), of(host, model.told).map(wordsIn)),
      ...comparedWords(`${host} sends`, inShort(sent), inShort(of(host, model.sent))),
    ];
  });
  if (words.length > 0) return words;
  const late = pairs(real, model).filter(({ real, model }) => Math.abs(real.at - model.at) > LATE);
  return [
    ...late.map(
      ({ real: { host, words, at }, model }) => `${host} tells ${words} at ${at} ms, the model at ${model.at}`,
    ),
    ...swapped(pairs(real, model)),
  ];
}

/** Milliseconds by which a real event and its model differ at most. */
export const largestLateness = (real: Prediction, model: Prediction): number =>
  Math.max(0, ...pairs(real, model).map((one) => Math.abs(one.real.at - one.model.at)));

interface Pair {
  readonly real: Told;
  readonly model: Told;
}

const of = (host: string, list: readonly Told[]): Told[] => list.filter((one) => one.host === host);

/** What a host tells, the first with the first and so on. */
function pairs(real: Prediction, model: Prediction): Pair[] {
  const hosts = [...new Set(model.told.map(({ host }) => host))];
  return hosts.flatMap((host) => {
    const told = of(host, real.told);
    return of(host, model.told).flatMap((one, index) => {
      const other = told[index];
      return other ? [{ real: other, model: one }] : [];
    });
  });
}

/** Events whose order is the other one, although they are further apart than anybody may be late. */
function swapped(all: readonly Pair[]): string[] {
  return all.flatMap((one) =>
    all
      .filter((other) => other.model.at - one.model.at > LATE && other.real.at < one.real.at)
      .map(({ real: { host, words } }) => `${host} tells ${words} before ${one.real.host} tells ${one.real.words}`),
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
