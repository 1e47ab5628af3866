// What a client sees that asks an address for its echo each millisecond: which requests had no answer, and whose MAC
// address the others came from. pinger.ts asks, a capture on the client is the witness; it is read when all is over.

import path from 'node:path';
import type { IpAddress, MacAddress } from '../../src/address.js';
import { macFromOctets } from '../../src/address.js';
import { Capture } from '../lab/capture.js';
import { projectRoot } from '../lab/daemon.js';
import { eventually } from '../lab/eventually.js';
import type { Host } from '../lab/host.js';
import type { Job } from '../lab/job.js';
import type { Span } from './table.js';

/** Milliseconds: an answer that takes longer is none. */
const PATIENCE = 250;
const ECHO_REPLY = 0;

/** One request; the moments are milliseconds since 1970. */
export interface Probe {
  readonly due: number;
  readonly answer: { readonly at: number; readonly by: MacAddress } | undefined;
}

export class Probes {
  private constructor(
    private readonly capture: Capture,
    private readonly pinger: Job,
  ) {}

  static async start(client: Host, target: IpAddress): Promise<Probes> {
    const capture = await Capture.start(client.namespace, { port: client.interface, filter: 'icmp' });
    const pinger = client.namespace.start([process.execPath, path.join(projectRoot(), 'dist/pinger.js'), target]);
    await eventually('the pinger begins', () => pinger.log.length > 0);
    return new Probes(capture, pinger);
  }

  /** All requests that were due in the span and had time to be answered, in order. Ends the probes. */
  async stop({ from, to }: Span): Promise<Probe[]> {
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, to + PATIENCE - Date.now())));
    await this.pinger.signal('SIGKILL');
    await this.capture.stop();
    const start = Number(this.pinger.log[0]);
    const answers = await this.answers();
    const first = Math.max(0, Math.ceil(from - start));
    return Array.from({ length: Math.max(0, Math.floor(to - start) - first) }, (_, index) => {
      const due = start + first + index;
      const answer = answers.get(first + index);
      return { due, answer: answer && answer.at - due < PATIENCE ? answer : undefined };
    });
  }

  /** By the number of the request. */
  private async answers(): Promise<Map<number, NonNullable<Probe['answer']>>> {
    const answers = new Map<number, NonNullable<Probe['answer']>>();
    for (const { at, octets, payload } of await this.capture.frames()) {
      const icmp = payload.subarray(4 * ((payload[0] ?? 0) & 15));
      if (icmp[0] !== ECHO_REPLY) continue;
      answers.set(icmp.readUInt32BE(8), { at: at / 1_000, by: macFromOctets(octets.subarray(6, 12)) });
    }
    return answers;
  }
}

export const lost = (probes: readonly Probe[]): number => probes.filter(({ answer }) => answer === undefined).length;

/** Milliseconds: the longest run of requests without an answer. */
export function longestHole(probes: readonly Probe[]): number {
  let longest = 0;
  let run = 0;
  for (const { answer } of probes) {
    run = answer === undefined ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}

/** When the first answer of this host came, in milliseconds since 1970. */
export const firstAnswerOf = (mac: MacAddress, probes: readonly Probe[]): number | undefined =>
  probes.find(({ answer }) => answer?.by === mac)?.answer?.at;

/** How many answers came from anybody else once the one who answers in the end had given its first. */
export function wrongAnswers(probes: readonly Probe[]): number {
  const right = probes.findLast(({ answer }) => answer !== undefined)?.answer?.by;
  const first = probes.findIndex(({ answer }) => answer?.by === right);
  return probes.slice(first).filter(({ answer }) => answer !== undefined && answer.by !== right).length;
}
