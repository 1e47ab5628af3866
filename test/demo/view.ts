// What the demo shows: on a terminal a view that is redrawn in place, in 80 columns; elsewhere a plain line for each thing
// that is over. It is handed everything and asks nobody.

import type { Layout } from './layout.js';
import type { HaproxyNode } from './node.js';
import { VIP } from './plan.js';
import { STEPS, type Verdict } from './steps.js';

const COLUMNS = 80;

export class View {
  readonly #begin = performance.now();
  readonly #isTerminal = process.stdout.isTTY;
  readonly #verdicts: string[] = [];
  #current = 'two HAProxy hosts, two databases, a client: starting';
  #drawn = 0;

  /** The step that is being played. */
  begins(number: number): void {
    this.#current = `${number} ${STEPS[number - 1]?.title ?? ''}`;
    if (!this.#isTerminal) console.log(`${this.#clock()}  ${this.#current} ...`);
  }

  ended(number: number, verdict: Verdict): void {
    this.verdict(`${number} ${STEPS[number - 1]?.title ?? ''}`, verdict.wrong, [
      `longest hole of the address ${verdict.hole} ms (limit ${verdict.limit}), of the service ${verdict.outage} ms`,
    ]);
  }

  /** A verdict with the lines that belong to it. */
  verdict(title: string, wrong: readonly string[], more: readonly string[] = []): void {
    const word = wrong.length === 0 ? 'ok' : 'FAILED';
    const lines = [`  ${title.padEnd(COLUMNS - 10)}${word}`, ...[...wrong, ...more].map((line) => `      ${line}`)];
    this.#verdicts.push(...lines);
    this.#current = '';
    if (!this.#isTerminal) console.log(lines.join('\n'));
  }

  /** Lines that stay; what is drawn goes on below them. */
  say(lines: readonly string[]): void {
    process.stdout.write(`${this.#drawn === 0 ? '' : `\u001b[${this.#drawn}A\u001b[J`}${lines.join('\n')}\n`);
    this.#drawn = 0;
    this.#current = '';
  }

  /** Draws anew, on a terminal only; `failed` says how many requests failed. */
  draw(layout: Layout, failed: string): void {
    if (!this.#isTerminal) return;
    const title = `vrrpd demo: layout 1, two HAProxy hosts behind ${VIP}`;
    const { service, nodes, prober } = layout;
    const answering = nodes.find(({ host }) => host.mac === prober.latest?.mac)?.name ?? 'nobody';
    const count = String(service.count).replace(/\B(?=(\d{3})+$)/g, ' ');
    const lines = [
      title.padEnd(COLUMNS - this.#clock().length) + this.#clock(),
      '',
      '  host             state    priority        haproxy    address',
      ...nodes.map(describe),
      `  client  ${count} requests, ${failed}, answered by ${answering}`,
      '',
      ...this.#verdicts,
      ...(this.#current === '' ? [] : [`  ${this.#current.padEnd(COLUMNS - 10)}...`]),
    ];
    const up = this.#drawn === 0 ? '' : `\u001b[${this.#drawn}A`;
    process.stdout.write(`${up}${lines.map((line) => `\u001b[2K${line.slice(0, COLUMNS)}\n`).join('')}`);
    this.#drawn = lines.length;
  }

  #clock(): string {
    const seconds = Math.round((performance.now() - this.#begin) / 1_000);
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  }
}

function describe({ name, instance, haproxyRuns, holdsAddress, vrrpd }: HaproxyNode): string {
  const state = instance?.state ?? (vrrpd?.running === true ? '...' : 'stopped');
  const { effective, base, contributions } = instance?.priority ?? { effective: '', base: '', contributions: [] };
  const added = contributions.filter(({ value }) => value !== 0).map(({ value }) => ` + ${value}`);
  const priority = added.length === 0 ? String(effective) : `${effective} = ${base}${added.join('')}`;
  return [
    `  ${name.padEnd(17)}${state.padEnd(9)}${priority.padEnd(16)}`,
    `${(haproxyRuns ? 'running' : 'stopped').padEnd(11)}${holdsAddress ? VIP : ''}`,
  ]
    .join('')
    .trimEnd();
}
