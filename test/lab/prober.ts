// Asks an address for its echo 50 to 90 times a second and tells who answered and for how long nobody did. ping sends;
// tcpdump on the client is the clock and the witness: it sees the MAC address of each reply.
// Good for a quarter of an hour, after which ping's sequence numbers begin again.

import { setTimeout as sleep } from 'node:timers/promises';
import type { IpAddress, MacAddress } from '../../src/address.js';
import { eventually } from './eventually.js';
import type { Host } from './host.js';
import type { Job } from './job.js';
import { echoes } from './sniffer.js';

/** Seconds from one request to the next, rounded up by ping to the kernel's ticks; it waits busily for less. */
const INTERVAL = '0.01';
/** Milliseconds: an answer that takes longer is none. */
const PATIENCE = 250;
/** Milliseconds that tcpdump may need to print what it saw. */
const PRINTING = 3_000;
const ECHO = /^(\d+\.\d+) (\S+) > .*: ICMP6?,? echo (request|reply), id \d+, seq (\d+),/;

/** Milliseconds since 1970, which is the clock of tcpdump's stamps. */
export type Mark = number;

/** What happened in a span of time. */
export interface ProbeReport {
  readonly sent: number;
  readonly lost: number;
  /** Milliseconds: the longest time in which the requests that were due had no answer; 0 when each had one. */
  readonly longestHole: number;
  /** The MAC addresses that answered, each once, in the order of their first answer. */
  readonly answeredBy: readonly MacAddress[];
  /** Who gave the last answer. */
  readonly answeredLast: MacAddress | undefined;
  /** How often an answer came from another one than the answer before it. */
  readonly changes: number;
}

interface Request {
  readonly at: Mark;
  readonly answer: MacAddress | undefined;
}

export class Prober {
  /** By sequence number, as the answers. */
  private readonly sentAt: (Mark | undefined)[] = [];
  private readonly answers: (MacAddress | undefined)[] = [];
  /** The last answer so far. */
  latest: { readonly mac: MacAddress; readonly at: Mark } | undefined;
  /** The stamp of the last echo that was printed. */
  private printed: Mark = 0;

  private constructor(private readonly jobs: Job[]) {}

  static async start(client: Host, target: IpAddress): Promise<Prober> {
    const prober = new Prober([]);
    const sniffer = client.namespace.start(echoes(client.interface, target), (line) => {
      prober.note(line);
    });
    await eventually('the sniffer listens', () => sniffer.log.some((line) => line.includes('listening on')));
    const ping = client.namespace.start(['ping', '-n', '-q', '-i', INTERVAL, target]);
    prober.jobs.push(sniffer, ping);
    return prober;
  }

  static mark(): Mark {
    return Date.now();
  }

  /** Looks at the requests that were sent, or should have been, between two marks. */
  async report({ from, to = Prober.mark() }: { from: Mark; to?: Mark }): Promise<ProbeReport> {
    await sleep(Math.max(0, to + PATIENCE - Prober.mark()));
    // They come in order. None comes while the target has no MAC address.
    await eventually('all is printed', () => this.printed > to + PATIENCE, { within: PRINTING }).catch(() => undefined);
    const requests = this.requests();
    const inside = requests.filter(({ at }) => at >= from && at < to);
    const answers = inside.flatMap(({ answer }) => answer ?? []);
    return {
      sent: inside.length,
      lost: inside.length - answers.length,
      longestHole: Math.round(longestHole(requests, { from, to })),
      answeredBy: [...new Set(answers)],
      answeredLast: answers.at(-1),
      changes: answers.filter((mac, index) => index > 0 && mac !== answers[index - 1]).length,
    };
  }

  async stop(): Promise<void> {
    for (const job of this.jobs) await job.stop();
  }

  private note(line: string): void {
    const [, at, mac, kind, number] = ECHO.exec(line) ?? [];
    if (number === undefined) return;
    this.printed = Number(at) * 1_000;
    if (kind === 'request') {
      this.sentAt[Number(number)] = this.printed;
    } else {
      this.answers[Number(number)] = mac as MacAddress;
      this.latest = { mac: mac as MacAddress, at: this.printed };
    }
  }

  /** In order. One that never left (the target had no MAC address) was due all the same, between its neighbours. */
  private requests(): Request[] {
    const requests: Request[] = [];
    let before: { number: number; at: Mark } | undefined;
    for (const [number, at] of this.sentAt.entries()) {
      if (at === undefined) continue;
      const start = before ?? { number: number - 1, at };
      const step = (at - start.at) / (number - start.number);
      for (let one = start.number + 1; one <= number; one += 1)
        requests.push({ at: start.at + (one - start.number) * step, answer: this.answers[one] });
      before = { number, at };
    }
    return requests;
  }
}

/** From when the first unanswered request was due to when the next answered one was sent, or to the end of the span. */
function longestHole(requests: readonly Request[], { from, to }: { from: Mark; to: Mark }): number {
  let longest = 0;
  let begin: Mark | undefined;
  const end = (at: Mark): void => {
    if (begin !== undefined) longest = Math.max(longest, Math.min(at, to) - Math.max(begin, from));
    begin = undefined;
  };
  for (const { at, answer } of requests)
    if (answer === undefined) begin ??= at;
    else end(at);
  const last = requests.at(-1)?.at ?? from;
  // No request left at all for that long: the target has no MAC address.
  if (to - last > PATIENCE) begin ??= last;
  end(to);
  return longest;
}
