// Plays tables: each as many rounds as asked for, vrrpd and keepalived by turns, so that a noisy moment hits both. A round
// that can't be played is a failure in the result and nothing more.

import type { Control } from './noise.js';
import { MOST_LATE, type Noise } from './noise.js';
import type { Failure, Result } from './report.js';
import { CONTESTANTS, type Contestant, type Row, type Round, type Sample, type Table } from './table.js';

interface Played {
  readonly daemon: Contestant;
  readonly round: Round;
  readonly noise: Noise;
}

/** `say` gets a line after each round. */
export async function playTable(
  table: Table,
  { rounds, control, say }: { rounds: number; control: Control; say: (line: string) => void },
): Promise<Result> {
  const played: Played[] = [];
  const failures: Failure[] = [];
  const count = Math.min(rounds, table.mostRounds ?? rounds);
  for (let number = 1; number <= count; number += 1)
    for (const daemon of CONTESTANTS) {
      const from = Date.now();
      try {
        const round = await table.play(daemon);
        const noise = await control.during(round.span ?? { from, to: Date.now() });
        played.push({ daemon, round, noise });
      } catch (error) {
        const [why = ''] = String(error instanceof Error ? error.message : error).split('\n');
        failures.push({ round: number, daemon, why });
        say(`${table.name}: round ${number}, ${daemon}: ${String(error)}`);
      }
      say(`${table.name}: round ${number} of ${count}, ${daemon}: ${((Date.now() - from) / 1_000).toFixed(0)} s`);
    }
  const { name, title, about } = table;
  const rows = table.rows.map((row) => ({
    ...row,
    samples: { vrrpd: samplesOf(row, 'vrrpd', played), keepalived: samplesOf(row, 'keepalived', played) },
  }));
  return { name, title, about, rows, noise: together(played.map(({ noise }) => noise)), failures };
}

const samplesOf = ({ key }: Row, daemon: Contestant, played: readonly Played[]): Sample[] =>
  played
    .filter((one) => one.daemon === daemon)
    .flatMap(({ round, noise }) => {
      const figure = round.figures[key];
      return figure === undefined ? [] : [{ figure, noisy: noise.late > MOST_LATE }];
    });

function together(noises: readonly Noise[]): Noise {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  return {
    late: Math.max(0, ...noises.map(({ late }) => late)),
    steal: mean(noises.map(({ steal }) => steal)),
    running: mean(noises.map(({ running }) => running)),
  };
}
