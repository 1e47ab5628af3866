// The recorder of a daemon: each input with its effects goes into a file after the turn in which it happened, so that it
// never holds up an advert. What a slow or full disk does not take is counted, and behind the gap the recording goes on
// with the router's memory, so that each part of it can be replayed by itself. It decides nothing.

import { hostname } from 'node:os';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { Instant } from '../time.js';
import type { LogLevel } from '../vrrp/effect.js';
import type { Router } from '../vrrp/router.js';
import type { Step } from '../vrrp/step.js';
import { now } from '../linux/clock.js';
import { CommandFailure, EXIT } from './exit-code.js';
import type { Witness } from './loop.js';
import { RecordingFile } from './recording-file.js';
import { RecordingWriter } from './recording.js';
import { VERSION } from './version.js';
import { wallTime } from './wall-time.js';

/** The octets of a file, at most, but for its last lines. */
const FULL = 16 * 1024 * 1024;
/** The octets that wait to be written, at most. */
const ROOM = 1024 * 1024;
const RETRY_MILLISECONDS = 10_000;
/** How long the end of the process waits for the disk. */
const PATIENCE_MILLISECONDS = 1_000;

interface Line {
  readonly text: string;
  /** The first one of a new file. */
  readonly opens: boolean;
  /** Of a head: the records in the gap before it. */
  readonly lost?: number;
}

export class Recorder implements Witness {
  readonly #file: RecordingFile;
  readonly #log: (level: LogLevel, text: string) => void;
  readonly #writer = new RecordingWriter();
  #router: Router | undefined;
  /** Not words yet. */
  #steps: Step[] = [];
  #isDue = false;
  #waiting: Line[] = [];
  /** That wait or are on their way. */
  #octets = 0;
  /** Of the file that the next line goes into. */
  #fill = 0;
  /** Since the recording was interrupted. */
  #lost = 0;
  #isInterrupted = false;
  #isTold = false;
  #writing: Promise<void> | undefined;

  constructor(path: string, log: (level: LogLevel, text: string) => void) {
    this.#file = new RecordingFile(path);
    this.#log = log;
  }

  /** For a new router, before its first input. Throws a CommandFailure when there can be no such file. */
  async open(router: Router, at: Instant): Promise<void> {
    this.#router = router;
    try {
      await this.#file.begin();
    } catch (error) {
      throw new CommandFailure(EXIT.refused, [`--record: ${describe(error)}`]);
    }
    const text = this.#writer.head({ ...this.#origin(at), config: router.config });
    this.#push({ text, opens: false, lost: 0 });
  }

  seen(step: Step): void {
    this.#steps.push(step);
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      this.#take();
    });
  }

  /** Writes at once what waits: for a process that dies. */
  flushNow(): void {
    this.#take();
    this.#file.appendNow(textOf(this.#waiting));
  }

  /** Resolves when everything is written, at the latest after a second. */
  async close(): Promise<void> {
    this.#take();
    const written = (this.#writing ?? Promise.resolve()).then(() => this.#file.close());
    await Promise.race([written, sleep(PATIENCE_MILLISECONDS, undefined, { ref: false })]);
  }

  /** Between two turns: the router is as all steps so far have left it. */
  #take(): void {
    for (const step of this.#steps.splice(0)) {
      if (!this.#isInterrupted && this.#octets > ROOM) this.#interrupt('the disk is too slow');
      if (this.#isInterrupted) this.#lost += 1;
      else this.#push({ text: this.#writer.step(step), opens: false });
    }
    if (!this.#isInterrupted && this.#fill > FULL) this.#begin({ opens: true, lost: 0 });
  }

  /** From here on the recording can be replayed by itself. */
  #begin({ opens, lost }: { opens: boolean; lost: number }): void {
    if (!this.#router) return;
    const { config, memory } = this.#router;
    const head = { ...this.#origin(now()), ...(lost > 0 && { lost }), config, memory };
    this.#push({ text: this.#writer.head(head), opens, lost });
  }

  #origin(at: Instant) {
    return { vrrpd: VERSION, host: hostname(), time: wallTime(at, now()), at };
  }

  #push(line: Line): void {
    const octets = Buffer.byteLength(line.text);
    this.#waiting.push(line);
    this.#octets += octets;
    this.#fill = line.opens ? octets : this.#fill + octets;
    this.#writing ??= this.#write();
  }

  async #write(): Promise<void> {
    // Lines that come in the same turn go out together.
    await nextTurn();
    while (this.#waiting.length > 0) {
      const next = this.#waiting.findIndex(({ opens }, index) => index > 0 && opens);
      const batch = this.#waiting.splice(0, next === -1 ? this.#waiting.length : next);
      const octets = textOf(batch);
      try {
        if (batch[0]?.opens === true) await this.#file.begin();
        await this.#file.append(octets);
        this.#octets -= octets.length;
        this.#tellGap(total(batch.map(({ lost = 0 }) => lost)));
      } catch (error) {
        this.#lost += total([...batch, ...this.#waiting.splice(0)].map(({ lost = 1 }) => lost));
        this.#octets = 0;
        this.#interrupt(describe(error));
      }
    }
    this.#writing = undefined;
  }

  /** Until the disk has had time; what happens meanwhile is counted. */
  #interrupt(why: string): void {
    if (this.#isInterrupted) return;
    this.#isInterrupted = true;
    if (!this.#isTold) this.#log('warn', `Recording to ${this.#file.path} is interrupted: ${why}`);
    this.#isTold = true;
    setTimeout(() => this.#resume(), RETRY_MILLISECONDS).unref();
  }

  #resume(): void {
    // Those are lost too.
    this.#take();
    this.#isInterrupted = false;
    if (this.#octets > ROOM / 2) {
      this.#interrupt('the disk is too slow');
      return;
    }
    const lost = this.#lost;
    this.#lost = 0;
    this.#begin({ opens: !this.#file.isOpen, lost });
  }

  #tellGap(lost: number): void {
    if (lost === 0) return;
    this.#isTold = false;
    this.#log('warn', `Recording to ${this.#file.path} goes on: ${lost} records lost`);
  }
}

const textOf = (lines: readonly Line[]): Buffer => Buffer.from(lines.map(({ text }) => text).join(''));
const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);
const describe = (error: unknown): string => (error instanceof Error ? error.message : String(error));
