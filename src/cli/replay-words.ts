// What `vrrpd replay` has to tell, as lines for a person or as JSON. The time is the wall's clock of the recorded host, in
// its own zone, whatever the reader's is. It prints nothing itself.

import { visible } from '../config/read.js';
import type { Head } from '../daemon/recording.js';
import type { Difference } from '../daemon/replay.js';
import { between, describeDuration, inMilliseconds, inSeconds, type Instant } from '../time.js';
import type { Input } from '../vrrp/input.js';

/** In its order; `record` is a line of the file. */
export type Told =
  | { readonly kind: 'recording'; readonly record: number; readonly head: Head }
  | { readonly kind: 'line'; readonly record: number; readonly at: Instant; readonly of: string; readonly text: string }
  | { readonly kind: 'cut'; readonly record: number }
  | ({ readonly kind: 'difference'; readonly record: number; readonly at: Instant; readonly input: Input } & Difference)
  | { readonly kind: 'end'; readonly records: number; readonly at: Instant };

/** The clock of a recording whose heads it has been told of. */
class WallClock {
  #head: Head | undefined;
  #begin: Instant | undefined;

  set(head: Head): void {
    this.#head = head;
    this.#begin ??= head.at;
  }

  /** "2026-11-21T03:12:07.250+01:00" */
  at(at: Instant): string {
    const { time, at: begin } = this.#head ?? { time: '', at };
    const offset = /[+-]\d\d:\d\d$/.exec(time)?.[0] ?? '+00:00';
    const [hours = 0, minutes = 0] = offset.slice(1).split(':').map(Number);
    const east = (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
    const local = (Date.parse(time) || 0) + inMilliseconds(between({ from: begin, to: at })) + east * 60_000;
    return new Date(local).toISOString().slice(0, -1) + offset;
  }

  /** Since the first record of the file. */
  since(at: Instant) {
    return between({ from: this.#begin ?? at, to: at });
  }
}

/** A line of text each, or more. */
export class TextWords {
  readonly #clock = new WallClock();
  readonly #file: string;
  #day = '';

  constructor(file: string) {
    this.#file = file;
  }

  of(told: Told): string {
    switch (told.kind) {
      case 'recording':
        return this.#head(told.head);
      case 'line':
        return `${this.#time(told.at)}  ${visible(told.text)}`;
      case 'cut':
        return `${this.#file}:${told.record}: the last line is cut off, and left out`;
      case 'difference':
        return [
          `${this.#file}:${told.record}: the replay is not as recorded`,
          `  at        ${this.#clock.at(told.at)}, ${describeDuration(this.#clock.since(told.at))} after the start`,
          `  input     ${JSON.stringify(told.input)}`,
          `  effect    ${told.effect}`,
          `  expected  ${told.expected === undefined ? 'none' : JSON.stringify(told.expected)}`,
          `  got       ${told.got === undefined ? 'none' : JSON.stringify(told.got)}`,
        ].join('\n');
      case 'end':
        return `${told.records} records over ${describeDuration(this.#clock.since(told.at))}: all effects are as recorded`;
    }
  }

  #head(head: Head): string {
    this.#clock.set(head);
    this.#day = head.time.slice(0, 10);
    const lost = head.lost === undefined ? [] : [`-- ${head.lost} records lost; what follows is complete again`];
    const begin = head.memory ? 'goes on' : 'starts';
    return [...lost, `vrrpd v${head.vrrpd} on ${head.host} ${begin}, ${head.time}`].map(visible).join('\n');
  }

  /** "03:12:07.250", and the day in a line of its own where it changes. */
  #time(at: Instant): string {
    const time = this.#clock.at(at);
    const day = time.slice(0, 10);
    const isOther = day !== this.#day;
    this.#day = day;
    return `${isOther ? `${day}\n` : ''}${time.slice(11, 23)}`;
  }
}

/** A line of JSON each: what it is, and the record that it is of; `seconds` since the first one. */
export class JsonWords {
  readonly #clock = new WallClock();

  of(told: Told): string {
    return JSON.stringify(this.#plain(told));
  }

  #plain(told: Told): object {
    switch (told.kind) {
      case 'recording': {
        this.#clock.set(told.head);
        const { vrrpd, host, time, lost, memory } = told.head;
        return { kind: told.kind, record: told.record, vrrpd, host, time, lost, starts: memory === undefined };
      }
      case 'cut':
        return told;
      case 'end': {
        const { kind, records, at } = told;
        return { kind, records, ...this.#time(at) };
      }
      case 'line':
      case 'difference': {
        const { kind, record, at, ...more } = told;
        return { kind, record, ...this.#time(at), ...more };
      }
    }
  }

  #time(at: Instant) {
    return { time: this.#clock.at(at), seconds: inSeconds(this.#clock.since(at)) };
  }
}
