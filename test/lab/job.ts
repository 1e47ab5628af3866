// A program that runs inside a namespace: its output by lines, its end, and signals to it and to all that it started.
// The process that the lab itself started is nsenter, which waits for the real one; signals go to the real one.

import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** How a program ended: with an exit status or by a signal. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export class Job {
  /** The lines it wrote, in order; without those of the standard output when `onLine` takes them. */
  readonly log: string[] = [];
  /** Milliseconds of performance.now() when it was started. */
  readonly startedAt = performance.now();
  readonly ended: Promise<Ending>;
  /** undefined while it runs. */
  ending: Ending | undefined;

  constructor(
    private readonly enter: ChildProcessWithoutNullStreams,
    readonly command: readonly string[],
    onLine?: (line: string) => void,
  ) {
    const keep = (line: string): unknown => this.log.push(line);
    createInterface(enter.stdout).on('line', onLine ?? keep);
    createInterface(enter.stderr).on('line', keep);
    this.ended = new Promise((resolve, reject) => {
      enter.on('error', reject);
      enter.on('exit', (code, signal) => {
        this.ending = { code, signal };
        resolve(this.ending);
      });
    });
  }

  get running(): boolean {
    return this.ending === undefined;
  }

  /** The program's number as the machine counts; undefined when it has ended. */
  async pid(): Promise<number | undefined> {
    const [pid] = await this.processes();
    return pid;
  }

  /** Sends a signal to the program alone. */
  async signal(signal: NodeJS.Signals): Promise<void> {
    const pid = await this.pid();
    if (pid !== undefined) send(signal, pid);
  }

  /** Ends the program and all that it started as a crash does: none of them can act on the end of another. */
  async kill(): Promise<void> {
    await this.freeze();
    for (const pid of await this.processes()) send('SIGKILL', pid);
    await this.release();
  }

  /** Waits for the end of one whose program ends by itself: it may have been frozen, and nsenter may stand still. */
  async release(): Promise<void> {
    // It may have seen its child stop only when it went on, and have stopped itself again.
    while (this.running) {
      this.enter.kill('SIGCONT');
      await sleep(5);
    }
  }

  /** Stops the program and all that it started where they are; nsenter first, which would stop itself later. */
  async freeze(): Promise<void> {
    const processes = await this.processes();
    this.enter.kill('SIGSTOP');
    for (const pid of processes) send('SIGSTOP', pid);
  }

  async thaw(): Promise<void> {
    for (const pid of await this.processes()) send('SIGCONT', pid);
    this.enter.kill('SIGCONT');
  }

  /** Sends SIGTERM and waits for the end. */
  async stop(): Promise<Ending> {
    await this.signal('SIGTERM');
    return this.ended;
  }

  /** Writes a line to its standard input. */
  tell(line: string): void {
    this.enter.stdin.write(`${line}\n`);
  }

  /** The program and its descendants, parents first. */
  private async processes(): Promise<number[]> {
    let found: number[] = [];
    while (this.running && (found = await childrenOf(this.enter.pid)).length === 0) await sleep(5);
    // The list grows while it is walked.
    for (const pid of found) found.push(...(await childrenOf(pid)));
    return found;
  }
}

/** The processes of the machine that a process started and that still are. */
export async function childrenOf(pid = 0): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return text.split(' ').filter(Boolean).map(Number);
}

/** A process that ended meanwhile needs no signal. */
function send(signal: NodeJS.Signals, pid: number): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
