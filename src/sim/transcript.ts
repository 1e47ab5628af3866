// What happens in a simulated network, as lines that an operator reads: what is done to it, who becomes what and why, who
// answers the client. It watches and changes nothing; adverts and what repeats itself are left out.

import { formatPrefix, type IpAddress } from '../address.js';
import { between, describeDuration, inSeconds, instant, seconds, sum, type Duration, type Instant } from '../time.js';
import type { Effect } from '../vrrp/effect.js';
import type { Event } from '../vrrp/event.js';
import { describeReason } from '../vrrp/reason.js';
import type { Host } from './host.js';
import type { Happening } from './network.js';
import type { Command, ForeignAdvert, HostDeed } from './story.js';
import type { Weather } from './segment.js';

export interface TranscriptLine {
  readonly at: Instant;
  /** "client", "network", or the address of a stranger, where it is no host. */
  readonly host: string;
  readonly words: string;
}

interface Answers {
  readonly line: TranscriptLine;
  readonly how: string;
  readonly targets: readonly IpAddress[];
  /** By address the last three who answered, since anything else was told. */
  readonly owners: ReadonlyMap<IpAddress, readonly string[]>;
}

export const WIDTH = 80;
const TIME_WIDTH = 11;
/** How much further in the lines after the first begin. */
const HANGING = 2;
/** A transition's line has its states and reason; keepalived's phrase for the log would say it twice. */
const PHRASE = /^\(.+\) (Entering (MASTER|BACKUP|FAULT) STATE|Stopping: )/;
const IN_PARENTHESES = /^\((.+?)\) /;

export class Transcript {
  readonly lines: TranscriptLine[] = [];
  readonly #states = new Map<string, string>();
  /** The last line about answers, and what it is about. */
  #answers: Answers | undefined;

  constructor(readonly now: () => Instant) {}

  /** A command of the story, before it is carried out. Time that passes has no line. */
  command(command: Command): void {
    for (const [host, words] of describeCommand(command)) this.#say(host, words);
    if (command.kind === 'crash' || command.kind === 'kill')
      for (const key of this.#states.keys()) if (key.startsWith(`${command.host} `)) this.#states.delete(key);
  }

  watch(happening: Happening): void {
    if (happening.kind === 'answered') this.#answered(happening);
    else if (happening.kind === 'reset')
      this.#say(happening.client.plan.name, `its connection to ${happening.target} is reset by ${happening.host.name}`);
    else if (happening.kind === 'effect') this.#effect(happening.host, happening.effect);
  }

  /** What an instance of a host was told to be last: MASTER, BACKUP, FAULT, or INIT. */
  stateOf(host: Host, name: string): string {
    return this.#states.get(`${host.name} ${name}`) ?? 'INIT';
  }

  /** Addresses that change hands together have one line, and one that goes to and fro has one for all of it. */
  #answered({ client, target, by, hole }: Extract<Happening, { kind: 'answered' }>): void {
    const last = this.#answers?.line === this.lines.at(-1) ? this.#answers : undefined;
    const before = last?.owners.get(target) ?? [];
    const owners = [...before, by?.name ?? 'nobody'].slice(-3);
    const how = describeAnswer(owners, hole);
    const all = new Map([...(last?.owners ?? []), [target, owners]]);
    if (last?.how === how && last.targets.includes(target)) {
      this.#answers = { ...last, owners: all };
      return;
    }
    const isSame = how === last?.how && last.line.at === this.now();
    if (isSame) this.lines.pop();
    const targets = isSame ? [...last.targets, target] : [target];
    const line = this.#say(client.plan.name, `${describeTargets(targets)} ${how}`);
    this.#answers = { line, how, targets, owners: all };
  }

  #effect(host: Host, effect: Effect): void {
    if (effect.kind === 'notify') this.#event(host, effect.event);
    if (effect.kind !== 'log' || effect.level === 'debug' || PHRASE.test(effect.text)) return;
    this.#say(host.name, isAlone(host) ? effect.text.replace(IN_PARENTHESES, '') : effect.text);
  }

  #event(host: Host, { subject, name, state }: Event): void {
    if (subject === 'GROUP' || state.includes('_')) return;
    const before = this.stateOf(host, name);
    this.#states.set(`${host.name} ${name}`, state === 'STOP' ? 'INIT' : state);
    const last = host.router?.instances.get(name)?.history[0];
    const why = last?.at === this.now() ? `   ${describeReason(last.why)}` : '';
    this.#say(host.name, `${isAlone(host) ? '' : `(${name}) `}${before} -> ${state}${why}`);
  }

  #say(host: string, words: string): TranscriptLine {
    const line = { at: this.now(), host, words };
    this.lines.push(line);
    return line;
  }
}

/** Two that have an address at once and announce it in turn are told together. */
function describeAnswer(owners: readonly string[], hole: Duration): string {
  const [first, second, third] = owners;
  if (third !== undefined && first === third && hole === 0)
    return `answered by ${[first, second].sort().join(' and ')} in turn`;
  return `answered by ${owners.at(-1) ?? ''}${hole > 0 ? `, after ${describeDuration(hole)}` : ''}`;
}

function describeTargets([first, second, ...more]: readonly IpAddress[]): string {
  if (second === undefined) return `${first ?? ''} is`;
  return `${first ?? ''} and ${more.length === 0 ? second : `${more.length + 1} more`} are`;
}

const isAlone = (host: Host): boolean => host.config.vrrpInstances.length === 1;

const DEEDS: Readonly<Record<HostDeed, string>> = {
  stop: 'is stopped',
  kill: 'its daemon is killed',
  crash: 'loses power',
  freeze: 'stands still',
  thaw: 'goes on',
  stall: 'its daemon stands still',
  resume: 'its daemon goes on',
};

/** Whom a command concerns, and in words what is done to them. */
function describeCommand(command: Command): (readonly [string, string])[] {
  switch (command.kind) {
    case 'run':
      return [];
    case 'link':
      return [[command.host, `the cable of ${command.interface} is ${command.up ? 'plugged' : 'pulled'}`]];
    case 'cut':
      return [['network', `${command.from} ${command.oneWay ? '->' : '<->'} ${command.to} is cut`]];
    case 'heal':
      return [['network', 'all is connected again']];
    case 'check':
      return [[command.host, `from its next run on ${command.script} ${command.end}`]];
    case 'file':
      return [[command.host, `${command.name} holds ${command.value}`]];
    case 'process':
      return [[command.host, `${command.name} counts ${command.count}`]];
    case 'delete':
      return [[command.host, `somebody deletes ${command.address}`]];
    case 'add':
      return [[command.host, `somebody adds ${formatPrefix(command.prefix)} to ${command.interface}`]];
    case 'announce':
      return [['network', `a stranger announces ${command.address}`]];
    case 'weather':
      return [['network', describeWeather(command.change)]];
    case 'failover':
      return [[command.host, `vrrpd failover ${command.name}`]];
    case 'maintenance':
      return [[command.host, `vrrpd maintenance ${command.on ? 'on' : 'off'}`]];
    case 'reload':
      return [[command.host, `reload of ${command.file}`]];
    case 'advert':
      return [[command.advert.source, describeAdvert(command.advert)]];
    case 'start':
      if (command.host === undefined) return [['all', 'are started']];
      return [[command.host, `is started${command.daemon ? ` with ${command.daemon}` : ''}`]];
    default:
      return [[command.host, DEEDS[command.kind]]];
  }
}

function describeAdvert({ virtualRouterId, priority, to, ttl, password, addresses }: ForeignAdvert): string {
  const odd = `${ttl === 255 ? '' : `, TTL ${ttl}`}${password === undefined ? '' : `, password ${password}`}`;
  const whom = to === undefined ? '' : ` to ${to}`;
  return `a foreign advert${whom}: VRID ${virtualRouterId}, priority ${priority}${odd}, for ${addresses.join(', ') || 'nothing'}`;
}

function describeWeather({ delay, jitter = seconds(0), loss, duplication }: Partial<Weather>): string {
  if (loss !== undefined) return `${loss * 100} % of the packets are lost`;
  if (duplication !== undefined) return `${duplication * 100} % of the packets come twice`;
  if (delay === undefined) return 'as it was';
  return `packets take ${describeDuration(delay)}${jitter > 0 ? ` to ${describeDuration(sum(delay, jitter))}` : ''}`;
}

/** As text in 80 columns, a line each and more where it does not fit, with a head. */
export function renderTranscript(lines: readonly TranscriptLine[]): string[] {
  const hostWidth = Math.max(...lines.map(({ host }) => host.length), 'host'.length) + 3;
  const indent = ' '.repeat(TIME_WIDTH + hostWidth);
  const head = `${'time'.padStart(TIME_WIDTH - 2)}  ${'host'.padEnd(hostWidth)}event`;
  return [
    head,
    ...lines.flatMap(({ at, host, words }) => {
      const time = inSeconds(between({ from: instant(0), to: at }))
        .toFixed(6)
        .padStart(TIME_WIDTH - 2);
      return wrap(words, Math.max(WIDTH - indent.length, 30)).map((part, index) =>
        index === 0 ? `${time}  ${host.padEnd(hostWidth)}${part}` : `${indent}${' '.repeat(HANGING)}${part}`,
      );
    }),
  ];
}

/** Broken at spaces, which are kept inside a line. */
export function wrap(words: string, width: number): string[] {
  const lines: string[] = [];
  for (let rest = words; rest !== '';) {
    const room = lines.length === 0 ? width : width - HANGING;
    const end = rest.length <= room ? rest.length : rest.lastIndexOf(' ', room);
    const cut = end <= 0 ? rest.length : end;
    lines.push(rest.slice(0, cut).trimEnd());
    rest = rest.slice(cut).trimStart();
  }
  return lines;
}
