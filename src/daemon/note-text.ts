// The text of a crash note: lines of JSON that an operator can read, their checksum, and a line of fixed width for each
// instance with the time of its last advert, which is written again in place. Whoever reads one believes nothing: what is
// damaged, or of another boot, is none. It opens no file.

import { createHash } from 'node:crypto';
import { parseAddress } from '../address.js';
import type { Config } from '../config/model.js';
import type { Instant } from '../time.js';
import { behavioursOf } from '../vrrp/behaviour.js';
import type { Behaviours, Findings, Note, NotedAddress, NotedInstance } from '../vrrp/note.js';

/** Where a note means something: in this boot, in this network namespace. */
export interface Origin {
  readonly boot: string;
  readonly network: string;
}

/** What a note is marked with: its origin, and the fingerprints of what it is about, by behavioursOf()'s names. */
export interface Context {
  readonly origin: Origin;
  readonly fingerprints: Behaviours;
}

export interface MarkedNote {
  readonly note: Note;
  readonly fingerprints: Behaviours;
}

const VERSION = 1;
/** Digits of the largest instant. */
const DIGITS = 16;

/** The same time twice: of a line that was only half written they differ. */
export function timeLine(at: Instant): string {
  const digits = String(at).padStart(DIGITS);
  return `{"lastAdvertAt":${digits},"again":${digits}}\n`;
}

export const TIME_LINE_OCTETS = timeLine(0 as Instant).length;

/** The first line; one for each instance follows, then their checksum, then their times in the same order. */
export function firstLine({ resumes, findings }: Pick<Note, 'resumes' | 'findings'>, context: Context): string {
  const marked = <T extends { readonly name: string }>(kind: string, things: readonly T[]): (T & Marked)[] =>
    things.map((thing) => ({ ...thing, fingerprint: context.fingerprints.get(`${kind} ${thing.name}`) ?? '' }));
  const known = {
    scripts: marked('script', findings.scripts),
    files: marked('file', findings.files),
    processes: marked('process', findings.processes),
  };
  return lineOf({ vrrpd: VERSION, ...context.origin, resumes, findings: known });
}

export function instanceLine(instance: NotedInstance, { fingerprints }: Context): string {
  const fingerprint = fingerprints.get(`instance ${instance.name}`) ?? '';
  return lineOf({ ...instance, lastAdvertAt: undefined, fingerprint });
}

/** All but the times, put together a few lines at a time: a long one is not made in one go. */
export class NoteHead {
  readonly #sum = createHash('sha256');
  readonly #parts: Buffer[] = [];

  add(lines: readonly string[]): void {
    const part = Buffer.from(lines.join(''));
    this.#sum.update(part);
    this.#parts.push(part);
  }

  /** With its checksum. */
  end(): Buffer {
    return Buffer.concat([...this.#parts, Buffer.from(lineOf({ sha256: this.#sum.digest('hex') }))]);
  }
}

/** 'foreign': of another boot or network namespace. Throws a SyntaxError in words for what is no note. */
export function decodeNote(text: string, { boot, network }: Origin): MarkedNote | 'foreign' {
  const [first = '', ...rest] = text.split('\n');
  const head = parse(first);
  if (!isHead(head)) throw new SyntaxError('its first line is not that of a note');
  if (head.boot !== boot || head.network !== network) return 'foreign';
  const count = (rest.length - 2) / 2;
  if (!isInstant(count) || rest.at(-1) !== '') throw new SyntaxError('it is not whole');
  const lines = rest.slice(0, count);
  const times = rest.slice(count + 1, -1);
  const expected = new NoteHead();
  expected.add([first, ...lines].map((line) => `${line}\n`));
  if (!expected.end().equals(Buffer.from([first, ...rest.slice(0, count + 1), ''].join('\n'))))
    throw new SyntaxError('its checksum is wrong');
  const instances = lines.map((line, index) => ({ ...readInstance(line), lastAdvertAt: readTime(times[index] ?? '') }));
  const { scripts, files, processes } = head.findings;
  const fingerprints = new Map([
    ...instances.map(({ name, fingerprint }) => [`instance ${name}`, fingerprint] as const),
    ...scripts.map(({ name, fingerprint }) => [`script ${name}`, fingerprint] as const),
    ...files.map(({ name, fingerprint }) => [`file ${name}`, fingerprint] as const),
    ...processes.map(({ name, fingerprint }) => [`process ${name}`, fingerprint] as const),
  ]);
  return { note: { instances, findings: head.findings, resumes: head.resumes }, fingerprints };
}

/** Of a configuration's instances and checks; each is made when it is first asked for. */
export function fingerprintsOf(config: Config): Behaviours {
  const behaviours = behavioursOf(config);
  const known = new Map<string, string | undefined>();
  const make = (thing: string): string | undefined => {
    const text = behaviours.get(thing);
    return text === undefined ? undefined : createHash('sha256').update(text).digest('hex');
  };
  return {
    get: (thing) => {
      if (!known.has(thing)) known.set(thing, make(thing));
      return known.get(thing);
    },
  };
}

const lineOf = (value: object): string => `${JSON.stringify(value)}\n`;

function readTime(line: string): Instant {
  const { lastAdvertAt, again } = parse(line);
  if (!isInstant(lastAdvertAt) || lastAdvertAt !== again) throw new SyntaxError('a time in it is only half written');
  return lastAdvertAt;
}

function readInstance(line: string): Omit<NotedInstance, 'lastAdvertAt'> & Marked {
  const instance = parse(line);
  if (!isInstance(instance)) throw new SyntaxError('an instance in it can not be understood');
  return instance;
}

type Fields = Readonly<Record<string, unknown>>;
interface Marked {
  readonly name: string;
  readonly fingerprint: string;
}
interface Head extends Origin {
  readonly resumes: readonly Instant[];
  readonly findings: { readonly [Kind in keyof Findings]: readonly (Findings[Kind][number] & Marked)[] };
}

function parse(line: string): Fields {
  const value = parsed(line);
  if (!isFields(value)) throw new SyntaxError('a line in it is not understood');
  return value;
}

/** The engine's own words would have a part of the text in them, whatever that is. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new SyntaxError(line === '' ? 'it is empty' : 'a line in it is not valid JSON');
  }
}

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const isText = (value: unknown): value is string => typeof value === 'string' && !/\p{Cc}/u.test(value);
const isFlag = (value: unknown): value is boolean => typeof value === 'boolean';
const isInstant = (value: unknown): value is Instant => Number.isSafeInteger(value) && Number(value) >= 0;
const isLength = (value: unknown): value is number => isInstant(value) && value <= 128;
const isList = <T>(value: unknown, isOne: (one: unknown) => one is T): value is readonly T[] =>
  Array.isArray(value) && value.every(isOne);
const isMarked = (value: unknown): value is Marked & Fields =>
  isFields(value) && isText(value.name) && isText(value.fingerprint);

function isHead(value: Fields): value is Fields & Head {
  const { vrrpd, boot, network, resumes, findings } = value;
  if (vrrpd !== VERSION || !isText(boot) || !isText(network) || !isFields(findings)) return false;
  const isScript = (one: unknown): one is Head['findings']['scripts'][number] =>
    isMarked(one) && isFlag(one.up) && Number.isSafeInteger(one.result);
  const isFile = (one: unknown): one is Head['findings']['files'][number] =>
    isMarked(one) && Number.isSafeInteger(one.value);
  const isProcess = (one: unknown): one is Head['findings']['processes'][number] => isMarked(one) && isFlag(one.up);
  return (
    isList(resumes, isInstant) &&
    isList(findings.scripts, isScript) &&
    isList(findings.files, isFile) &&
    isList(findings.processes, isProcess)
  );
}

const isAddress = (value: unknown): boolean => typeof value === 'string' && parseAddress(value) === value;

function isNotedAddress(value: unknown): value is NotedAddress {
  if (!isFields(value)) return false;
  const { dev, address, length, peer } = value;
  const isPeer = isFields(peer) && isAddress(peer.address) && isLength(peer.length);
  return isText(dev) && isAddress(address) && isLength(length) && (peer === undefined || isPeer);
}

const isRemoval = (value: unknown): value is NotedInstance['removals'][number] =>
  isFields(value) && isText(value.what) && isInstant(value.at);

function isInstance(value: Fields): value is Fields & Omit<NotedInstance, 'lastAdvertAt'> & Marked {
  const { interface: dev, virtualRouterId, family, longestSilence, addresses, isReleasing, hasYielded } = value;
  return (
    isMarked(value) &&
    isText(dev) &&
    isInstant(virtualRouterId) &&
    (family === 'ipv4' || family === 'ipv6') &&
    isInstant(longestSilence) &&
    isList(addresses, isNotedAddress) &&
    isFlag(isReleasing) &&
    isFlag(hasYielded) &&
    isList(value.removals, isRemoval)
  );
}
