// A table of the bench for a terminal of 80 columns: for each row its title, below it the figures.

import type { Result } from './report.js';
import { CONTESTANTS } from './table.js';
import { isMarked, limitText, NOISE_MARK, noiseText, ratioText, spreadText, targetText, titleText } from './words.js';

const WIDTHS = [2, 24, 24, 8, 7, 13] as const;

const line = (...cells: string[]): string =>
  cells
    .map((cell, column) => cell.padEnd(WIDTHS[column] ?? 0))
    .join('')
    .trimEnd();

export function textOf({ name, title, rows, noise, failures }: Result): string {
  return [
    `${name}: ${title}`,
    line('', ...CONTESTANTS, 'ratio', 'limit', 'target'),
    ...rows.flatMap((row) => [
      titleText(row),
      line(
        '',
        ...CONTESTANTS.map((daemon) => spreadText(row.samples[daemon])),
        ratioText(row),
        limitText(row),
        targetText(row),
      ),
    ]),
    noiseText(noise),
    ...(rows.some(isMarked) ? [NOISE_MARK] : []),
    ...failures.map(({ round, daemon, why }) => `FAILED: round ${round} with ${daemon}: ${why}`),
  ].join('\n');
}
