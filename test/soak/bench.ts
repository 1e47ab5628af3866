// The rows of the bench that a noisy machine can be held to: times of 50 ms and more, with five times the room, and counts
// as they are. Each story is played once, by vrrpd alone.

import type { Row, Table } from '../bench/table.js';
import { badPackets } from '../bench/tables/bad-packets.js';
import { flood } from '../bench/tables/flood.js';
import { instances1000, instances255 } from '../bench/tables/instances.js';

const TABLES: readonly Table[] = [badPackets, flood, instances255, instances1000];
/** Times of which less than this is allowed are for the bench alone, in ms. */
const LEAST = 50;
const ROOM = 5;

/** The number of rows that were missed; `say` gets a line for each table and each of those. */
export async function soakBench(say: (line: string) => void): Promise<number> {
  let missed = 0;
  for (const table of TABLES) {
    const { figures } = await table.play('vrrpd');
    for (const row of table.rows) {
      const bound = boundOf(row);
      const figure = figures[row.key];
      if (bound === undefined || figure === undefined) continue;
      const value = figure === 'never' ? Infinity : figure;
      if (row.better === 'more' ? value >= bound : value <= bound) continue;
      missed += 1;
      say(`bench ${table.name}: ${row.title}: ${value} ${row.unit}, allowed ${bound}`);
    }
    say(`bench ${table.name}: played`);
  }
  return missed;
}

/** What the protocol itself takes has no room; undefined for what is not looked at. */
function boundOf({ unit, limit = 0, target }: Row): number | undefined {
  if (target === undefined) return undefined;
  if (unit === '') return target;
  return unit === 'ms' && target >= LEAST ? limit + ROOM * (target - limit) : undefined;
}
