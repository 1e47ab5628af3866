// What a run of the bench found, as plain JSON: text, pictures and the document are made from it, also of an earlier run.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import type { Noise } from './noise.js';
import type { Contestant, Row, Samples } from './table.js';

export interface Report {
  /** Of its beginning: "2026-01-31". */
  readonly date: string;
  readonly rounds: number;
  readonly minutes: number;
  readonly machine: MachineDescription;
  readonly tables: readonly Result[];
}

/** Nothing that names a host or a folder. */
export interface MachineDescription {
  readonly processors: string;
  readonly memory: string;
  readonly kernel: string;
  readonly node: string;
  readonly keepalived: string;
}

/** A table and what was measured for it. */
export interface Result {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly rows: readonly MeasuredRow[];
  /** Of all measured spans. */
  readonly noise: Noise;
  /** Rounds that could not be played, and why. */
  readonly failures: readonly Failure[];
}

export interface MeasuredRow extends Row {
  readonly samples: Samples;
}

export interface Failure {
  readonly round: number;
  readonly daemon: Contestant;
  readonly why: string;
}

export function describeMachine(): MachineDescription {
  const [first] = cpus();
  // keepalived tells its version on the standard error.
  const version = execFileSync('sh', ['-c', 'keepalived --version 2>&1'], { encoding: 'utf8' });
  return {
    processors: `${cpus().length} x ${first?.model.trim() ?? 'unknown'}${isVirtual() ? ', virtual' : ''}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GB`,
    kernel: `Linux ${/^\d+\.\d+/.exec(release())?.[0] ?? ''}`,
    node: `Node ${process.version.slice(1)}`,
    keepalived: `keepalived ${/v(\d+\.\d+\.\d+)/.exec(version)?.[1] ?? 'of an unknown version'}`,
  };
}

const isVirtual = (): boolean => readFileSync('/proc/cpuinfo', 'utf8').includes(' hypervisor ');
