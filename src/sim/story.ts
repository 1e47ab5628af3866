// The language of stories: what is done to a simulated network, a line each. "#" begins a comment, time passes in `run`.
// docs/STORIES.md has it for readers. It reads text into commands and carries nothing out; it never throws.

import { familyOf, parseAddress, parsePrefix, type IpAddress, type Prefix } from '../address.js';
import { milliseconds, seconds, type Duration } from '../time.js';
import type { CheckEnd, DaemonKind } from './host.js';
import type { Weather } from './segment.js';
import { Misfit, readAddresses, readDuration, readId, readInteger, readOctet, readShare, Words } from './words.js';

/** Something that is done to a host by name. */
export type HostDeed = 'stop' | 'kill' | 'crash' | 'freeze' | 'thaw' | 'stall' | 'resume';

export type Command =
  | { readonly kind: 'run'; readonly duration: Duration }
  /** Without a host all of them; with a daemon that one from now on, in the place of the other. */
  | { readonly kind: 'start'; readonly host?: string; readonly daemon?: DaemonKind }
  | { readonly kind: HostDeed; readonly host: string }
  | { readonly kind: 'link'; readonly host: string; readonly interface: string; readonly up: boolean }
  /** Without `oneWay` in both directions. */
  | { readonly kind: 'cut'; readonly from: string; readonly to: string; readonly oneWay: boolean }
  | { readonly kind: 'heal' }
  | { readonly kind: 'check'; readonly host: string; readonly script: string; readonly end: CheckEnd }
  | { readonly kind: 'file'; readonly host: string; readonly name: string; readonly value: number }
  | { readonly kind: 'process'; readonly host: string; readonly name: string; readonly count: number }
  | { readonly kind: 'delete'; readonly host: string; readonly address: IpAddress }
  | { readonly kind: 'add'; readonly host: string; readonly prefix: Prefix; readonly interface: string }
  /** Somebody who is no host of the story says that an address is his; on the first segment where none is named. */
  | { readonly kind: 'announce'; readonly address: IpAddress; readonly segment?: string }
  | { readonly kind: 'weather'; readonly change: Partial<Weather> }
  | { readonly kind: 'failover'; readonly host: string; readonly name: string }
  | { readonly kind: 'maintenance'; readonly host: string; readonly on: boolean }
  | { readonly kind: 'reload'; readonly host: string; readonly file: string }
  | { readonly kind: 'advert'; readonly advert: ForeignAdvert };

/** An advert of somebody who is no host of the story; the addresses are of the family of its source. */
export interface ForeignAdvert {
  readonly version: 2 | 3;
  readonly source: IpAddress;
  /** Absent: the group. */
  readonly to?: IpAddress;
  readonly virtualRouterId: number;
  readonly priority: number;
  readonly interval: Duration;
  readonly ttl: number;
  /** Of version 2. */
  readonly password?: string;
  readonly addresses: readonly IpAddress[];
  /** Its checksum is wrong. */
  readonly isDamaged?: boolean;
  /** Absent: the first one. */
  readonly segment?: string;
}

/** A command, and where it stands: the line from 1. */
export interface Line {
  readonly line: number;
  readonly command: Command;
}

/** A host that the story brings along: `host NAME FILE [keepalived]`. */
export interface HostLine {
  readonly line: number;
  readonly name: string;
  readonly file: string;
  readonly daemon: DaemonKind;
}

export interface Problem {
  readonly line: number;
  readonly column: number;
  readonly words: string;
}

export interface Story {
  readonly hosts: readonly HostLine[];
  readonly lines: readonly Line[];
  readonly problems: readonly Problem[];
}

const DAEMONS: readonly DaemonKind[] = ['vrrpd', 'keepalived'];
const DEEDS: readonly HostDeed[] = ['stop', 'kill', 'crash', 'freeze', 'thaw', 'stall', 'resume'];

const HOST = 'name of a host';

/** By its first word, how the rest of a line is read. */
const COMMANDS: Readonly<Record<string, (words: Words) => Command>> = {
  start: (words) => (words.isAtEnd ? { kind: 'start' } : readStart(words)),
  run: (words) => ({ kind: 'run', duration: words.take('time, such as 3.5 or 200ms', readDuration) }),
  link: (words) => ({
    kind: 'link',
    host: words.word(HOST),
    interface: words.word('interface'),
    up: words.oneOf(['up', 'down']) === 'up',
  }),
  cut: (words) => {
    const from = words.word(HOST);
    const oneWay = words.skip('->');
    return { kind: 'cut', from, oneWay, to: words.word(HOST) };
  },
  heal: () => ({ kind: 'heal' }),
  check: (words) => ({
    kind: 'check',
    host: words.word(HOST),
    script: words.word('vrrp_script'),
    end: words.oneOf(['succeeds', 'fails', 'hangs']),
  }),
  file: (words) => ({
    kind: 'file',
    host: words.word(HOST),
    name: words.word('track_file'),
    value: words.take('number', readInteger),
  }),
  process: (words) => ({
    kind: 'process',
    host: words.word(HOST),
    name: words.word('vrrp_track_process'),
    count: words.take('number', readInteger),
  }),
  delete: (words) => ({ kind: 'delete', host: words.word(HOST), address: words.take('address', parseAddress) }),
  add: (words) => ({
    kind: 'add',
    host: words.word(HOST),
    prefix: words.take('address', parsePrefix),
    interface: words.word('interface'),
  }),
  announce: (words) => {
    const address = words.take('address', parseAddress);
    return { kind: 'announce', address, ...(words.skip('on') && { segment: words.word('segment') }) };
  },
  delay: (words) => {
    const delay = words.take('time', readDuration);
    const jitter = words.skip('jitter') ? words.take('time', readDuration) : milliseconds(0);
    return { kind: 'weather', change: { delay, jitter } };
  },
  loss: (words) => ({ kind: 'weather', change: { loss: words.take('share, such as 10%', readShare) } }),
  duplicate: (words) => ({ kind: 'weather', change: { duplication: words.take('share, such as 10%', readShare) } }),
  failover: (words) => ({ kind: 'failover', host: words.word(HOST), name: words.word('instance or group') }),
  maintenance: (words) => ({
    kind: 'maintenance',
    host: words.word(HOST),
    on: words.oneOf(['on', 'off']) === 'on',
  }),
  reload: (words) => ({ kind: 'reload', host: words.word(HOST), file: words.word('file') }),
  advert: (words) => ({ kind: 'advert', advert: readAdvert(words) }),
  ...Object.fromEntries(DEEDS.map((kind) => [kind, (words: Words): Command => ({ kind, host: words.word(HOST) })])),
};

/** The first words that there are. */
export const COMMAND_NAMES: readonly string[] = ['host', ...Object.keys(COMMANDS)];

/** All lines that can be read, and what is wrong with the others. */
export function readStory(text: string): Story {
  const hosts: HostLine[] = [];
  const lines: Line[] = [];
  const problems: Problem[] = [];
  for (const [index, whole] of text.split('\n').entries()) {
    const written = whole.replace(/#.*/s, '');
    const starts = [...written.matchAll(/\S+/g)];
    const [first, ...rest] = starts.map(([word]) => word);
    if (first === undefined) continue;
    const line = index + 1;
    const complain = (word: number, words: string): void => {
      const column = (starts[word]?.index ?? written.trimEnd().length) + 1;
      problems.push({ line, column, words });
    };
    const words = new Words(rest);
    try {
      if (first === 'host') hosts.push({ line, ...readHost(words, hosts) });
      else lines.push({ line, command: readCommand(first, words) });
    } catch (misfit) {
      if (!(misfit instanceof Misfit)) throw misfit;
      complain(misfit.word + 1, misfit.message);
    }
  }
  return { hosts, lines, problems };
}

function readCommand(first: string, words: Words): Command {
  const read = Object.hasOwn(COMMANDS, first) ? COMMANDS[first] : undefined;
  if (!read) throw new Misfit(-1, `"${first}" is no command; there are ${COMMAND_NAMES.join(', ')}`);
  const command = read(words);
  words.end();
  return command;
}

function readStart(words: Words): Command {
  const host = words.word(HOST);
  return words.isAtEnd ? { kind: 'start', host } : { kind: 'start', host, daemon: words.oneOf(DAEMONS) };
}

function readHost(words: Words, known: readonly HostLine[]): Omit<HostLine, 'line'> {
  const isNew = (name: string): string | undefined => (known.some((one) => one.name === name) ? undefined : name);
  const name = words.take('new name of a host', isNew);
  const file = words.word('file');
  const daemon = words.isAtEnd ? 'vrrpd' : words.oneOf(DAEMONS);
  words.end();
  return { name, file, daemon };
}

const FIELDS = [
  'version',
  'to',
  'vrid',
  'priority',
  'interval',
  'ttl',
  'password',
  'addresses',
  'damaged',
  'on',
] as const;

function readAdvert(words: Words): ForeignAdvert {
  const source = words.take('address', parseAddress);
  const readOfFamily = (word: string): IpAddress[] | undefined => {
    const addresses = readAddresses(word);
    return addresses?.every((address) => familyOf(address) === familyOf(source)) ? addresses : undefined;
  };
  let advert: ForeignAdvert = {
    version: familyOf(source) === 'ipv6' ? 3 : 2,
    source,
    virtualRouterId: 0,
    priority: 100,
    interval: seconds(1),
    ttl: 255,
    addresses: [],
  };
  while (!words.isAtEnd) {
    const field = words.oneOf(FIELDS);
    if (field === 'version') advert = { ...advert, version: words.oneOf(['2', '3']) === '2' ? 2 : 3 };
    else if (field === 'to')
      advert = { ...advert, to: words.take('address of its family', (word) => readOfFamily(word)?.[0]) };
    else if (field === 'vrid') advert = { ...advert, virtualRouterId: words.take('number from 1 to 255', readId) };
    else if (field === 'priority') advert = { ...advert, priority: words.take('number from 0 to 255', readOctet) };
    else if (field === 'ttl') advert = { ...advert, ttl: words.take('number from 0 to 255', readOctet) };
    else if (field === 'interval') advert = { ...advert, interval: words.take('time', readDuration) };
    else if (field === 'password') advert = { ...advert, password: words.word('password') };
    else if (field === 'damaged') advert = { ...advert, isDamaged: true };
    else if (field === 'on') advert = { ...advert, segment: words.word('segment') };
    else advert = { ...advert, addresses: words.take('list of addresses of its family with commas', readOfFamily) };
  }
  if (advert.virtualRouterId === 0) words.fail('vrid is missing');
  return advert;
}
