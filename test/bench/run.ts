// Plays tables: each as many rounds as asked for, vrrpd and keepalived by turns, so that a noisy moment hits both. A round
// that can't be played is a failure in the result and nothing more.

import type { Control, Noise } from './noise.js';
import type { Failure, Result } from './report.js';
import { CONTESTANTS, MOST_LATE, type Contestant, type Row, type Round, type Sample, type Table } from './table.js';

interface Played {
  readonly daemon: Contestant;
  readonly round: Round;
  readonly noise: Noise;
}

/** Plays the stories of these tables at the same time: most of a story is waiting. `say` gets a line after each round. */
export async function playTables(
  tables: readonly Table[],
  { rounds, control, say }: { rounds: number; control: Control; say: (line: string) => void },
): Promise<Result[]> {
  const played = new Map(tables.map((table) => [table, [] as Played[]]));
  const failures = new Map(tables.map((table) => [table, [] as Failure[]]));
  for (let number = 1; number <= rounds; number += 1)
    for (const daemon of CONTESTANTS) {
      const from = Date.now();
      const due = tables.filter(({ mostRounds = rounds }) => number <= mostRounds);
      if (due.length === 0) break;
      const play = async (table: Table): Promise<void> => {
        try {
          const round = await table.play(daemon);
          const without = Object.keys(round.figures).filter((key) => Number.isNaN(round.figures[key]));
          if (without.length > 0) throw new Error(`nothing was seen for ${without.join(', ')}`);
          const noise = await control.during(round.span ?? { from, to: Date.now() });
          played.get(table)?.push({ daemon, round, noise });
        } catch (error) {
          const [why = ''] = String(error instanceof Error ? error.message : error).split('\n');
          failures.get(table)?.push({ round: number, daemon, why });
          say(`${table.name}, ${daemon}: ${String(error)}`);
        }
      };
      await Promise.all(due.map(play));
      const names = due.map(({ name }) => name).join(' ');
      say(`${names}: round ${number} of ${rounds}, ${daemon}: ${((Date.now() - from) / 1_000).toFixed(0)} s`);
    }
  return tables.map((table) => resultOf(table, played.get(table) ?? [], failures.get(table) ?? []));
}

function resultOf(
  { name, title, about, rows }: Table,
  played: readonly Played[],
  failures: readonly Failure[],
): Result {
  const measured = rows.map((row) => ({
    ...row,
    samples: { vrrpd: samplesOf(row, 'vrrpd', played), keepalived: samplesOf(row, 'keepalived', played) },
  }));
  return { name, title, about, rows: measured, noise: together(played.map(({ noise }) => noise)), failures };
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
