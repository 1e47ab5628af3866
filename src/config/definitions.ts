// `$NAME=value` and its uses `$NAME` and `${NAME}`: late and recursive, as keepalived.conf(5) says under CONDITIONAL
// CONFIGURATION AND CONFIGURATION ID and SUBSTITUTABLE PARAMETERS. A loop or an explosion of uses is a message, not a hang.

import type { Report } from './diagnostic.js';
import { nearest } from './spelling.js';
import { sourceIndex, spanIn, type Line, type Stretch } from './tokens.js';

/** What lies outside the text. */
export interface Surroundings {
  /** keepalived's -i, else the host's name up to the first dot. */
  readonly configId: string;
  /** An environment variable. */
  readonly variable: (name: string) => string | undefined;
  /** At least 0, less than 1. */
  readonly random: () => number;
}

/** The lines of a value; one that is written behind the equals sign has one. */
export type Definition = readonly Line[];

/** `$NAME` ends at a space, a comma, a closing bracket or the end; `${NAME}` anywhere. */
const USE = /\$(?:\{([A-Za-z_]\w*)([^{}]*)\}|([A-Za-z_]\w*)(?=[\s,)]|$))/g;
const MOST_DEPTH = 64;
/** Uses and lines that one line may come to. */
const MOST_USES = 20_000;
/** The same for all lines together. */
const MOST_USES_IN_ALL = 500_000;
/** Characters of a line with what it uses. */
const LONGEST = 65_536;
/** keepalived's own default range of _RANDOM. */
const RANDOM_RANGE = [0, 32_767] as const;

export class Definitions {
  readonly #values = new Map<string, Definition>();
  readonly #told = new Set<string>();
  /** How many there were in the line that is being worked on. */
  #uses = 0;
  /** In the lines before it. */
  #earlierUses = 0;

  constructor(
    readonly surroundings: Surroundings,
    readonly report: Report,
  ) {}

  set(name: string, value: Definition): void {
    this.#values.set(name, value);
  }

  get(name: string): Definition | undefined {
    return this.#values.get(name);
  }

  delete(name: string): void {
    this.#values.delete(name);
  }

  /** The lines that the line becomes: one, but for a use of a value of several lines. */
  substitute(line: Line): Line[] {
    this.#earlierUses += Math.min(this.#uses, MOST_USES);
    this.#uses = 0;
    return line.text.includes('$') ? this.#substitute(line, []) : [line];
  }

  #substitute(line: Line, within: readonly string[]): Line[] {
    const done: Line[] = [];
    let building = new Building(line);
    let index = 0;
    for (const match of line.text.matchAll(USE)) {
      const [use, braced, rest = '', plain = braced ?? ''] = match;
      const value = this.#valueOf(plain, { words: rest, line });
      if (value === undefined) {
        const unknown = { use, name: plain, index: match.index, braced: braced !== undefined };
        if (this.#reportUnknown(line, unknown)) return [unreadable(line)];
        continue;
      }
      this.#uses += value.length + 1;
      const problem = this.#problemOf(plain, within, building.length);
      if (problem !== undefined) {
        // One message is enough for all that the same line comes to.
        if (this.#uses < Infinity)
          this.report.error('bad-definition', spanIn({ line, index: match.index, length: use.length }), problem);
        this.#uses = Infinity;
        return [unreadable(line)];
      }
      building.keep(line, index, match.index);
      index = match.index + use.length;
      const inner = value.flatMap((one) =>
        one.text.includes('$') ? this.#substitute(one, [...within, plain]) : [one],
      );
      const [first, ...more] = inner;
      // Values of several lines are blocks most often: a message about them belongs where they are written.
      if (more.length > 0 && first !== undefined && building.isBlank) building = Building.of(first);
      else if (first !== undefined) building.put(first, { line, index: match.index, length: use.length });
      for (const next of more) {
        done.push(building.line);
        building = Building.of(next);
      }
    }
    building.keep(line, index, line.text.length);
    return [...done, building.line];
  }

  #problemOf(name: string, within: readonly string[], length: number): string | undefined {
    if (within.includes(name))
      return `$${name} is defined by itself: ${[...within, name].map((one) => `$${one}`).join(' -> ')}`;
    if (this.#earlierUses > MOST_USES_IN_ALL) return `definitions are used more than ${MOST_USES_IN_ALL} times in all`;
    const tooMuch = this.#uses > MOST_USES || within.length > MOST_DEPTH || length > LONGEST;
    return tooMuch ? `the use of $${name} makes the line too long` : undefined;
  }

  #valueOf(name: string, { words, line }: { words: string; line: Line }): Definition | undefined {
    const own = this.#values.get(name);
    if (own !== undefined) return own;
    const predefined = this.#predefined(name, { words: words.trim().split(/\s+/), file: line.file });
    return predefined === undefined ? undefined : [{ ...line, text: predefined }];
  }

  /** keepalived's own names, and _ENV of 2.4. */
  #predefined(name: string, { words, file }: { words: readonly string[]; file: string }): string | undefined {
    switch (name) {
      case '_PWD':
        return file.includes('/') ? file.replace(/\/[^/]*$/, '') || '/' : '.';
      case '_INSTANCE':
        return this.surroundings.configId;
      case '_HASH':
        return '#';
      case '_BANG':
        return '!';
      case '_ENV':
        return this.surroundings.variable(words[0] ?? '') ?? '';
      case '_RANDOM': {
        const [least, most] = words.map((word, index) => (/^\d+$/.test(word) ? Number(word) : RANDOM_RANGE[index]));
        const [from, to] = [least ?? RANDOM_RANGE[0], most ?? RANDOM_RANGE[1]];
        return String(from + Math.floor(this.surroundings.random() * (Math.max(from, to) - from + 1)));
      }
      default:
        return undefined;
    }
  }

  /** True when the line can't be read: its braces would be taken for those of blocks. */
  #reportUnknown(line: Line, unknown: { use: string; name: string; index: number; braced: boolean }): boolean {
    const { use, name, index, braced } = unknown;
    const quotes = line.text.slice(0, index).split('"').length - 1;
    const breaks = braced && quotes % 2 === 0;
    const meant = nearest(name, this.#values.keys());
    const span = spanIn({ line, index, length: use.length });
    const suggestion = meant === undefined ? {} : { suggestion: braced ? `\${${meant}}` : `$${meant}` };
    if (breaks) this.report.error('undefined-name', span, `${use} is not defined`, suggestion);
    else if (meant !== undefined && !this.#told.has(use)) {
      this.#told.add(use);
      this.report.warning('undefined-name', span, `${use} is not defined, and stays as it is`, suggestion);
    }
    return breaks;
  }
}

/** Its braces are no braces of blocks. */
export const unreadable = (line: Line): Line => ({
  ...line,
  text: line.text.replace(/[{}]/g, '_'),
  readable: false,
});

const WHOLE: Stretch = { at: 0, from: 0 };

/** A line that is put together from its own text and what it uses, with where each part came from. */
class Building {
  #text = '';
  #readable: boolean;
  readonly #stretches: Stretch[] = [];

  constructor(readonly origin: Line) {
    this.#readable = origin.readable;
  }

  /** The whole line, for more to follow. */
  static of(line: Line): Building {
    const building = new Building(line);
    building.keep(line, 0, line.text.length);
    return building;
  }

  get length(): number {
    return this.#text.length;
  }

  get isBlank(): boolean {
    return this.#text.trim() === '';
  }

  /** A part of a line's own text; of another line than the origin, it is marked at the origin's end. */
  keep(line: Line, from: number, to: number): void {
    if (from >= to) return;
    const own = line.file === this.origin.file && line.number === this.origin.number;
    if (!own) this.#stretches.push({ at: this.#text.length, from: Math.max(0, this.origin.source.length - 1), use: 1 });
    for (const stretch of own ? (line.stretches ?? [WHOLE]) : []) this.#keepStretch(stretch, from, to);
    this.#text += line.text.slice(from, to);
  }

  /** What of a stretch of the line lies between the two indices; one that begins earlier is cut. */
  #keepStretch({ at, from: source, use }: Stretch, from: number, to: number): void {
    if (at >= to) return;
    const start = Math.max(at, from);
    const moved = use === undefined ? { from: source + start - at } : { from: source, use };
    const there = this.#text.length + start - from;
    // A later stretch that begins at the same place takes the place of an earlier one.
    if (this.#stretches.at(-1)?.at === there) this.#stretches.pop();
    this.#stretches.push({ at: there, ...moved });
  }

  /** What a use stands for. */
  put(value: Line, { line, index, length }: { line: Line; index: number; length: number }): void {
    const from = sourceIndex(line, index).from;
    const use = line === this.origin ? sourceIndex(line, index + length - 1).end - from : 1;
    this.#stretches.push({ at: this.#text.length, from, use });
    this.#text += value.text;
    this.#readable &&= value.readable;
  }

  get line(): Line {
    return { ...this.origin, text: this.#text, readable: this.#readable, stretches: this.#stretches };
  }
}
