// How quiet the machine was while something was measured, by the word of a program that does nothing else: control.ts.

import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectRoot } from '../lab/daemon.js';
import type { Moment } from './control.js';
import type { Span } from './table.js';

/** Of a span of time. */
export interface Noise {
  /** Milliseconds that the control was late at most. */
  readonly late: number;
  /** Share of the processors' time that the hypervisor took, 0 to 1. */
  readonly steal: number;
  /** Tasks that ran or waited to run, on average. */
  readonly running: number;
}

export class Control {
  private readonly moments: Moment[] = [];

  private constructor(private readonly program: ChildProcessWithoutNullStreams) {
    createInterface(program.stdout).on('line', (line) => this.moments.push(JSON.parse(line) as Moment));
  }

  static start(): Control {
    return new Control(spawn(process.execPath, [path.join(projectRoot(), 'dist/control.js')]));
  }

  /** Resolves when the control has told of all of the span. */
  async during({ from, to }: Span): Promise<Noise> {
    while ((this.moments.at(-1)?.at ?? 0) < to && this.program.exitCode === null) await sleep(20);
    // A moment tells of the time before it.
    const last = this.moments.findIndex(({ at }) => at >= to);
    const inside = this.moments.slice(0, last + 1).filter(({ at }) => at > from);
    const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    return {
      late: Math.max(...inside.map(({ late }) => late)),
      steal: mean(inside.map(({ steal }) => steal)),
      running: mean(inside.map(({ running }) => running)),
    };
  }

  stop(): void {
    this.program.kill();
  }
}
