// A program of its own beside the stories: tells ten times a second, as JSON, how much this machine kept it waiting. It
// only sleeps and wakes, so what it suffers, everybody does.

import { readFileSync } from 'node:fs';

/** Milliseconds. */
const SLEEP = 2;
const TELL_EVERY = 100;

/** A line of the output: what happened since the last one. */
export interface Moment {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Milliseconds that a sleep was too long at most. */
  readonly late: number;
  /** Share of the processors' time that the hypervisor took. */
  readonly steal: number;
  /** Tasks that run or wait to run, this one among them. */
  readonly running: number;
}

interface Counters {
  readonly all: number;
  readonly stolen: number;
  readonly running: number;
}

/** proc(5), /proc/stat */
function read(): Counters {
  const text = readFileSync('/proc/stat', 'utf8');
  const ticks = (/^cpu +(.*)$/m.exec(text)?.[1] ?? '').split(' ').slice(0, 8).map(Number);
  const running = Number(/^procs_running (\d+)$/m.exec(text)?.[1]);
  return { all: ticks.reduce((sum, count) => sum + count, 0), stolen: ticks[7] ?? 0, running };
}

let before = read();
let late = 0;
let due = performance.now() + SLEEP;
let tellAt = performance.now() + TELL_EVERY;
setTimeout(function wake() {
  const now = performance.now();
  late = Math.max(late, now - due);
  if (now >= tellAt) {
    const { all, stolen, running } = read();
    const steal = (stolen - before.stolen) / Math.max(1, all - before.all);
    console.log(JSON.stringify({ at: Date.now(), late, steal, running } satisfies Moment));
    before = { all, stolen, running };
    late = 0;
    tellAt = now + TELL_EVERY;
  }
  due = performance.now() + SLEEP;
  setTimeout(wake, SLEEP);
}, SLEEP);
