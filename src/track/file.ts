// A track_file: the number that was last read from it. keepalived.conf(5): TRACKED FILES. It reads no file: it is told
// what one holds.

import type { TrackFile } from '../config/model.js';
import type { Standing } from './standing.js';

/** What a look at a file found; `problem` says why there is no number, which counts as 0. */
export type FileReading =
  | { readonly kind: 'number'; readonly value: number }
  /** Empty, or not there: 0 without a word, as keepalived has it. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'unusable'; readonly problem: string };

export class FileTracker {
  #value: number | undefined;
  problem: string | undefined;

  /** With `former`, one of another path, its value holds until the new file has been read. */
  constructor(
    public config: TrackFile,
    former?: FileTracker,
  ) {
    this.#value = former?.value;
  }

  /** Undefined until it has been read. */
  get value(): number | undefined {
    return this.#value;
  }

  get standing(): Standing {
    return this.#value === undefined ? { kind: 'unknown' } : { kind: 'number', value: this.#value };
  }

  get memory() {
    return { name: this.config.name, value: this.#value, problem: this.problem };
  }

  recall({ value, problem }: Omit<FileTracker['memory'], 'name'>): void {
    [this.#value, this.problem] = [value, problem];
  }

  /** The number as far as it is known; see ScriptTracker. */
  get findings() {
    return this.#value === undefined ? undefined : { name: this.config.name, value: this.#value };
  }

  takeFindings({ value }: Omit<FileFindings, 'name'>): void {
    this.#value = value;
  }

  /** True when that changes what it means. */
  read(reading: FileReading): boolean {
    const before = this.#value;
    this.#value = reading.kind === 'number' ? reading.value : 0;
    this.problem = reading.kind === 'unusable' ? reading.problem : undefined;
    return this.#value !== before;
  }
}

export type FileFindings = NonNullable<FileTracker['findings']>;
