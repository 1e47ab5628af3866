// The text of a recording, line by line, there and back. A head holds what is needed to make the router, and each line
// below it an input with the effects it had. It opens no file, and what is secret never gets into a line.

import { createHmac, randomBytes } from 'node:crypto';
import type { Config } from '../config/model.js';
import { after as later, between, type Duration, type Instant } from '../time.js';
import type { Memory } from '../vrrp/memory.js';
import type { Step } from '../vrrp/step.js';

/** A recording, or what stands behind a gap in one, begins with this. */
export interface Head {
  /** The version of the format. */
  readonly recording: number;
  /** The version of the program. */
  readonly vrrpd: string;
  readonly host: string;
  /** The wall's clock at `at`, with its offset. */
  readonly time: string;
  readonly at: Instant;
  /** So many records before this one could not be written. */
  readonly lost?: number;
  readonly config: Config;
  /** Absent: the router is a new one. */
  readonly memory?: Memory;
}

export const FORMAT = 1;
/** How a file begins that is a recording. */
export const MARK = '{"recording":';
/** How far back a line may point. */
const REACH = 4_096;
/** Of a line that others may point at: more are rare, and are not held. */
const LONGEST = 4_000;

/** More are worked out anew each time. */
const MOST_STAND_INS = 1_000;

/**
 * Steps as lines. A head begins anew: nothing below it points above it.
 *
 *     {"recording":1,"vrrpd":"0.1.0","host":"lb1","time":"2026-11-21T03:12:07.250+01:00","at":52000000,"config":{...}}
 *     {"after":1000123,"input":{...},"effects":[...]}    so many microseconds after the line above
 *     [1000125,1]                                        the same again as so many lines above
 */
export class RecordingWriter {
  /** Never written: without it nobody finds out by trying what a stand-in stands for. */
  readonly #key = randomBytes(16);
  /** Those that were asked for first: the host's own, and not what a flood makes up. */
  readonly #standIns = new Map<string, string>();
  readonly #places = new Map<string, number>();
  readonly #recent: string[] = [];
  /** A configuration is large and seldom another one. */
  readonly #texts = new WeakMap<Config, string>();
  #count = 0;
  #at: Instant | undefined;

  head({ config, memory, ...head }: Omit<Head, 'recording'>): string {
    this.#places.clear();
    this.#recent.length = 0;
    this.#count = 0;
    this.#at = head.at;
    const text = this.#texts.get(config) ?? JSON.stringify(config, this.#withoutSecrets);
    this.#texts.set(config, text);
    const known = memory === undefined ? '' : `,"memory":${JSON.stringify(memory, this.#withoutSecrets)}`;
    return `${JSON.stringify({ recording: FORMAT, ...head }).slice(0, -1)},"config":${text}${known}}\n`;
  }

  step({ at, input, effects, thrown }: Step): string {
    const after = between({ from: this.#at ?? at, to: at });
    this.#at = at;
    const text = JSON.stringify({ input, effects, thrown }, (name, value: unknown) =>
      withoutCounter(name, this.#withoutSecrets(name, value)),
    );
    const place = this.#places.get(text);
    this.#remember(text);
    return place === undefined ? `{"after":${after},${text.slice(1)}\n` : `[${after},${this.#count - place}]\n`;
  }

  #remember(text: string): void {
    this.#count += 1;
    const slot = this.#count % REACH;
    const oldest = this.#recent[slot];
    if (oldest !== undefined && this.#places.get(oldest) === this.#count - REACH) this.#places.delete(oldest);
    this.#recent[slot] = text.length > LONGEST ? '' : text;
    if (text.length <= LONGEST) this.#places.set(text, this.#count);
  }

  /**
   * Equal passwords have equal stand-ins, as long as passwords may be. Arguments of commands and lines that are not acted
   * upon have them too, since passwords are found there.
   */
  readonly #withoutSecrets = (name: string, value: unknown): unknown => {
    if (name === 'password' && typeof value === 'string') return this.#standIn(value);
    if (name === 'argv' && Array.isArray(value))
      return value.map((word: unknown, index) => (index === 0 ? word : this.#standIn(word)));
    if (name === 'kept' && Array.isArray(value)) return value.map((line) => this.#standIn(line));
    return value;
  };

  #standIn(secret: unknown): string {
    const text = String(secret);
    const known = text === '' ? '' : this.#standIns.get(text);
    if (known !== undefined) return known;
    const standIn = createHmac('sha256', this.#key).update(text).digest('hex').slice(0, 8);
    if (this.#standIns.size < MOST_STAND_INS) this.#standIns.set(text, standIn);
    return standIn;
  }
}

/** The identification in an IP header only counts packets, and would make each advert another one: for JSON.stringify. */
export const withoutCounter = (name: string, value: unknown): unknown =>
  name === 'identification' ? undefined : value;

/** Lines as heads and steps; `read` is to be given every line, in its order, without its line break. */
export class RecordingReader {
  #above: Step[] = [];
  #at: Instant | undefined;

  /** Throws a SyntaxError in words for a line that can't be. */
  read(line: string): Head | Step {
    const value: unknown = JSON.parse(line);
    if (isHead(value)) {
      if (value.recording !== FORMAT)
        throw new SyntaxError(
          `it has the format ${value.recording}, this program knows ${FORMAT}: vrrpd ${value.vrrpd} wrote it`,
        );
      this.#above = [];
      this.#at = value.at;
      return value;
    }
    if (this.#at === undefined) throw new SyntaxError('it does not begin as a recording of vrrpd does');
    const step = this.#step(value, this.#at);
    this.#at = step.at;
    this.#above.push(step);
    if (this.#above.length > 2 * REACH) this.#above.splice(0, REACH);
    return step;
  }

  #step(value: unknown, from: Instant): Step {
    if (isRepetition(value)) {
      const [after, lines] = value;
      const above = this.#above.at(-lines);
      if (!above || lines < 1) throw new SyntaxError(`there is no record ${lines} lines above`);
      return { ...above, at: later(from, after) };
    }
    if (!isWritten(value)) throw new SyntaxError('it is no record');
    const { after, ...step } = value;
    return { ...step, at: later(from, after) };
  }
}

type Repetition = readonly [after: Duration, lines: number];
type Written = Omit<Step, 'at'> & { readonly after: Duration };

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isHead = (value: unknown): value is Head =>
  isObject(value) && typeof value.recording === 'number' && typeof value.at === 'number' && isObject(value.config);

const isRepetition = (value: unknown): value is Repetition =>
  Array.isArray(value) && value.length === 2 && value.every(Number.isInteger);

const isWritten = (value: unknown): value is Written =>
  isObject(value) && Number.isInteger(value.after) && isObject(value.input) && Array.isArray(value.effects);
