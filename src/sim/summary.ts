// The table behind the transcripts: story by story how long the client was not answered, who has the address at the end,
// and what to notice. Fits 80 columns; it judges nothing.

import { describeHole, notesOf } from './notes.js';
import { WIDTH, wrap } from './transcript.js';
import type { Outcome, Played } from './trial.js';

/** The cells of a line. */
type Row = readonly [story: string, hole: string, owner: string, notes: string];

const HEAD: Row = ['story', 'hole at the client', 'address ends on', 'notes'];
const GAP = 2;
const [WIDEST_STORY, NARROWEST_NOTES] = [22, 20];

/** Addresses of which the same is to be said share a line. */
export function renderSummary(played: readonly Played[]): string[] {
  const rows = [HEAD, ...played.flatMap(rowsOf)];
  const wanted = (cell: number): number => Math.max(...rows.map((row) => row[cell]?.length ?? 0));
  const widths = [Math.min(wanted(0), WIDEST_STORY), wanted(1), wanted(2)];
  const left = WIDTH - widths.reduce((all, width) => all + width + GAP, 0);
  return rows.flatMap((row) => lines(row, [...widths, Math.max(left, NARROWEST_NOTES)]));
}

function rowsOf(one: Played): Row[] {
  const groups = new Map<string, { row: Row; outcomes: Outcome[] }>();
  for (const outcome of one.outcomes) {
    const row: Row = ['', holeOf(outcome), ownerOf(outcome), notesOf(one, outcome).join('; ')];
    const key = row.join('\n');
    const group = groups.get(key) ?? { row, outcomes: [] };
    group.outcomes.push(outcome);
    groups.set(key, group);
  }
  const { title } = one.act;
  const [first, ...more] = groups.values();
  if (first && more.length === 0) return [withTitle(title, first.row)];
  const all = [...groups.values()];
  const touched = all.filter(({ outcomes, row: [, , , notes] }) => notes !== '' || outcomes.some(isTouched));
  const rows = touched.length > 0 ? touched : all;
  return [[title, '', '', ''], ...rows.map(({ row, outcomes }) => withTitle(addressesOf(outcomes), row))];
}

const withTitle = (title: string, [, ...cells]: Row): Row => [title, ...cells];

/** An address that an act did nothing to has no line where others have one. */
const isTouched = ({ hole, before, after }: Outcome): boolean => hole > 0 || before.join() !== after.join();

const holeOf = ({ hole, answeredBy }: Outcome): string => (answeredBy === undefined ? 'not over' : describeHole(hole));

const ownerOf = ({ after, answeredBy }: Outcome): string =>
  answeredBy ?? (after.length === 0 ? 'nobody' : after.join());

function addressesOf(outcomes: readonly Outcome[]): string {
  const [first, ...more] = outcomes.map(({ target }) => target);
  return `    ${first ?? ''}${more.length === 0 ? '' : ` +${more.length}`}`;
}

/** One line, and more where a cell does not fit. */
function lines(row: Row, widths: readonly number[]): string[] {
  const cells = row.map((cell, index) => {
    const indent = /^ */.exec(cell)?.[0] ?? '';
    return wrap(cell.trimStart(), (widths[index] ?? WIDTH) - indent.length).map((part) => indent + part);
  });
  const height = Math.max(1, ...cells.map(({ length }) => length));
  return Array.from({ length: height }, (_, line) =>
    cells
      .map((cell, index) => (cell[line] ?? '').padEnd((widths[index] ?? 0) + GAP))
      .join('')
      .trimEnd(),
  );
}
