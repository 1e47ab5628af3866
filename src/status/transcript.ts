// What happened to a router and what it did, as lines that a person reads from top to bottom: for recordings that are
// played again and for simulated hosts. What repeats itself (adverts, bursts, results of checks) is a line only when it is
// not as it was the last time. It has no clock: whoever prints the lines puts the time in front.

import { familyOf, formatPrefix, isMulticast, VRRP_GROUPS, type Family, type Prefix } from '../address.js';
import { describeRoute } from '../config/route-text.js';
import { describeBriefly, describeHeard } from '../packet/describe.js';
import { describeOutcome, describeResult, type ScriptOutcome } from '../track/script.js';
import type { Effect } from '../vrrp/effect.js';
import type { Failure, Input, Link } from '../vrrp/input.js';
import type { Step } from '../vrrp/step.js';

export interface TranscriptLine {
  /** Of the input or the effect that it tells of. */
  readonly kind: Input['kind'] | Effect['kind'] | 'thrown';
  /** Without a line break. */
  readonly text: string;
}

/** Series that are told apart at once; a flood of made-up senders begins anew. */
const MOST = 1_000;
/** Addresses that a line names; of more it says how many. */
const NAMED = 2;

/** The transcript of one router; `lines` is to be given every step, in its order. */
export class Transcript {
  /** What was told last, by what it is about. */
  readonly #told = new Map<string, string>();
  readonly #links = new Map<string, Link>();

  /** The lines of one step, none when it was as always. */
  lines({ input, effects, thrown }: Omit<Step, 'at'>): TranscriptLine[] {
    const lines = this.#ofInput(input).map((text): TranscriptLine => ({ kind: input.kind, text }));
    for (let index = 0; index < effects.length;) {
      const run = runOf(effects, index);
      const [effect] = run;
      if (effect) lines.push(...this.#ofEffects(effect, run).map((text) => ({ kind: effect.kind, text })));
      index += run.length;
    }
    if (thrown !== undefined) lines.push({ kind: 'thrown', text: `internal error: ${thrown}` });
    return lines.map(({ kind, text }) => ({ kind, text: text.replaceAll('\n', ' / ') }));
  }

  #ofInput(input: Input): string[] {
    switch (input.kind) {
      case 'start':
        return ['start'];
      case 'stop':
        return [`stop: ${input.cause}`];
      case 'reload':
        return ['reload'];
      case 'tick':
      case 'script-begun':
        return [];
      case 'packet':
        return this.#heard(input);
      case 'link':
        return [
          ...(input.flapped ? [`${input.interface} was down meanwhile`] : []),
          ...this.#link(input.interface, input.link),
        ];
      case 'address-removed':
        return [`${input.interface}: somebody else removed ${input.address}`];
      case 'route-removed':
        return [`somebody else removed ${input.entry.kind} ${describeRoute(input.entry)}`];
      case 'claim': {
        const { interface: dev, mac, isAnswer, address } = input;
        const verb = isAnswer ? 'answers for' : 'announces';
        return this.#changed(`claim ${dev} ${verb} ${address}`, `${dev}: ${mac} ${verb} ${address}`);
      }
      case 'connections-reset':
        return input.count === 0 ? [] : [`${input.count} connections of ${list(input.addresses)} were reset`];
      case 'script':
        return this.#outcome(input.script, input.outcome);
      case 'file': {
        const { reading } = input;
        const found = reading.kind === 'number' ? `${reading.value}` : reading.kind;
        return this.#changed(`file ${input.name}`, `track_file ${input.name}: ${found}`);
      }
      case 'process':
        return this.#changed(`process ${input.name}`, `track_process ${input.name}: ${input.count} running`);
      case 'failover':
        return [`asked for a failover of ${input.name}`];
      case 'maintenance':
        return [`asked for maintenance ${input.on ? 'on' : 'off'}`];
      case 'failed':
        return [describeFailed(input)];
    }
  }

  /** Of effects of one kind in a row. */
  #ofEffects(effect: Effect, run: readonly Effect[]): string[] {
    switch (effect.kind) {
      case 'open-link':
        return [`listens on ${effect.interface}${describeFamily(effect.family)}${describeGroups(effect)}`];
      case 'close-link':
        return [`listens no longer on ${effect.interface}${describeFamily(effect.family)}`];
      case 'send-advert': {
        const { interface: dev, header, advert } = effect;
        const { destination } = header;
        const to = isMulticast(destination) ? '' : `${destination}: `;
        return this.#changed(
          `sent ${dev} ${destination} ${advert.virtualRouterId}`,
          `${dev} > ${to}${describeBriefly(advert)}`,
        );
      }
      case 'send-garp': {
        const { interface: dev, addresses, rounds } = effect;
        const burst = `gratuitous ARP for ${list(addresses)}${rounds === 1 ? '' : `, ${rounds} rounds`}`;
        return this.#changed(`garp ${dev}`, `${dev} > ${burst}`);
      }
      case 'send-na': {
        const { interface: dev, addresses, rounds } = effect;
        const burst = `neighbour advertisement for ${list(addresses)}${rounds === 1 ? '' : `, ${rounds} rounds`}`;
        return this.#changed(`na ${dev}`, `${dev} > ${burst}`);
      }
      case 'send-probe': {
        const { interface: dev, address } = effect;
        const what = familyOf(address) === 'ipv4' ? 'ARP probe' : 'neighbour solicitation';
        return this.#changed(`probe ${dev}`, `${dev} > ${what} for ${address}`);
      }
      case 'reset-connections':
        return [];
      case 'add-address':
      case 'remove-address':
        return describeAddresses(run, effect.kind);
      case 'add-route':
      case 'remove-route':
        return [
          `${effect.kind === 'add-route' ? 'add' : 'remove'} ${effect.entry.kind} ${describeRoute(effect.entry)}`,
        ];
      case 'signal-script':
        return [`${effect.signal} to ${effect.script}`];
      case 'notify': {
        const { subject, name, state, priority } = effect.event;
        const line = `notify ${subject} "${name}" ${state} ${priority}`;
        if (state.includes('_')) return this.#changed(`notify ${subject} ${name} ${state}`, line);
        // A MASTER has said its first advert already; what another says when it is one again is news. Who else has an
        // address is news in each state.
        const news = state === 'MASTER' ? /^claim / : /^(sent|garp|na|notify|claim) /;
        for (const key of this.#told.keys()) if (news.test(key)) this.#told.delete(key);
        return [line];
      }
      case 'log':
        return effect.level === 'debug' ? [] : [effect.text];
      case 'run-script':
      case 'watch':
        return [];
    }
  }

  #heard({ interface: dev, packet }: Extract<Input, { kind: 'packet' }>): string[] {
    const text = describeHeard(packet);
    const source = packet.kind === 'unreadable' ? '' : packet.source;
    const id = packet.kind === 'advert' ? packet.advert.virtualRouterId : 'broken';
    return this.#changed(`heard ${dev} ${source} ${id}`, `${dev} < ${text}`);
  }

  #outcome(script: string, outcome: ScriptOutcome): string[] {
    const isNews = this.#changed(`script ${script}`, describeResult(outcome)).length > 0;
    return isNews ? [`check ${script}: ${describeOutcome(outcome)}`] : [];
  }

  /** What is otherwise than it was. */
  #link(name: string, link: Link | undefined): string[] {
    const before = this.#links.get(name);
    if (link) this.#links.set(name, link);
    else this.#links.delete(name);
    if (!link) return [`${name} is not there`];
    const state = link.up ? 'up' : 'down';
    if (before?.index !== link.index)
      return [
        `${name} is ${state}${link.addresses.length > 0 ? `, has ${list(link.addresses.map(formatPrefix))}` : ''}`,
      ];
    const [come, gone] = [missingIn(before, link.addresses), missingIn(link, before.addresses)];
    return [
      ...(before.up === link.up ? [] : [`${name} is ${state}`]),
      ...(come.length === 0 ? [] : [`${name} has ${list(come)}`]),
      ...(gone.length === 0 ? [] : [`${name} has no longer ${list(gone)}`]),
    ];
  }

  /** The text, unless it is the one that was told last. */
  #changed(key: string, text: string): string[] {
    if (this.#told.get(key) === text) return [];
    if (this.#told.size >= MOST) this.#told.clear();
    this.#told.set(key, text);
    return [text];
  }
}

/** Changes of addresses in a row are told together. */
function runOf(effects: readonly Effect[], from: number): readonly Effect[] {
  const kind = effects[from]?.kind;
  if (kind !== 'add-address' && kind !== 'remove-address') return effects.slice(from, from + 1);
  const end = effects.findIndex((effect, index) => index > from && effect.kind !== kind);
  return effects.slice(from, end === -1 ? undefined : end);
}

function describeAddresses(run: readonly Effect[], kind: 'add-address' | 'remove-address'): string[] {
  const byDevice = new Map<string, string[]>();
  for (const effect of run)
    if (effect.kind === kind) {
      const { dev, prefix } = effect.address;
      byDevice.set(dev, [...(byDevice.get(dev) ?? []), formatPrefix(prefix)]);
    }
  const words = kind === 'add-address' ? { verb: 'add', where: 'to' } : { verb: 'remove', where: 'from' };
  return [...byDevice].map(([dev, prefixes]) => `${words.verb} ${list(prefixes)} ${words.where} ${dev}`);
}

/** Nothing for IPv4, which everybody has. */
const describeFamily = (family: Family | undefined): string => (family === 'ipv6' ? ' (IPv6)' : '');

/** Nothing for the group that VRRP has. */
function describeGroups({ family, groups }: Extract<Effect, { kind: 'open-link' }>): string {
  if (groups.length === 1 && groups[0] === VRRP_GROUPS[family]) return '';
  return groups.length === 0 ? ' for unicast' : ` for ${groups.join(' and ')}`;
}

function describeFailed({ effect, interface: dev, family, address, entry, error }: Failure): string {
  const what = entry ? ` ${describeRoute(entry)}` : address === undefined ? '' : ` ${address}`;
  return `refused: ${effect}${what}${dev === '' ? '' : ` on ${dev}`}${describeFamily(family)}: ${error}`;
}

const missingIn = ({ addresses }: Link, others: readonly Prefix[]): string[] => {
  const known = new Set(addresses.map(formatPrefix));
  return others.map(formatPrefix).filter((prefix) => !known.has(prefix));
};

const list = (words: readonly string[]): string =>
  words.length <= NAMED ? words.join(', ') : `${words.slice(0, NAMED).join(', ')} and ${words.length - NAMED} more`;
