// A table of the bench as an SVG picture: for each row two bars, vrrpd's and keepalived's, as long as their medians, with
// a thin line from the least to the greatest sample. Each row has a scale of its own, since its unit may be its own. It
// computes text from values and reads nothing; colours are chosen to be told apart on white as on black.

import type { MeasuredRow, Result } from './report.js';
import { CONTESTANTS, isNoisy, ratioOf, spreadOf, type Contestant, type Figure, type Spread } from './table.js';
import { figureText, titleText } from './words.js';

const WIDTH = 760;
const MARGIN = 12;
/** Where the bars begin, and how long the longest is; right of it is room for its figure. */
const LEFT = 96;
const LONGEST = 500;
const HEAD = 34;
const ROW = 62;
const BAR = 14;
/** From this ratio on the bars of a row are drawn on a logarithmic scale: the shorter one would not be seen. */
const MOST_LINEAR = 20;
const COLOURS: Readonly<Record<Contestant, string>> = { vrrpd: '#2f8f5b', keepalived: '#c77d1e' };

const STYLE = `
text { font: 13px system-ui, sans-serif; fill: #24292f }
.quiet { fill: #57606a }
.range, .limit { stroke: #24292f }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .quiet { fill: #9da7b3 }
  .range, .limit { stroke: #e6edf3 }
}`;

export function pictureOf({ title, rows }: Result): string {
  const height = HEAD + rows.length * ROW + MARGIN;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img">`,
    `<title>${escape(title)}</title>`,
    `<style>${STYLE}\n</style>`,
    `<text x="${MARGIN}" y="22" font-weight="bold">${escape(title)}</text>`,
    ...rows.map((row, index) => rowOf(row, HEAD + index * ROW)),
    '</svg>\n',
  ].join('\n');
}

function rowOf(row: MeasuredRow, top: number): string {
  const scale = scaleOf(row);
  const words = `${titleText(row)}${scale.isLogarithmic ? ' (logarithmic)' : ''}`;
  return [
    `<text x="${MARGIN}" y="${top + 14}">${escape(words)}</text>`,
    ...CONTESTANTS.map((daemon, index) => barOf(row, daemon, { scale, top: top + 20 + index * (BAR + 3) })),
    ...limitOf(row, scale, top + 18),
  ].join('\n');
}

function barOf(row: MeasuredRow, daemon: Contestant, { scale, top }: { scale: Scale; top: number }): string {
  const middle = top + BAR / 2;
  const name = `<text x="${LEFT - 8}" y="${middle + 4}" text-anchor="end" class="quiet">${daemon}</text>`;
  const spread = spreadOf(row.samples[daemon]);
  if (spread === undefined) return `${name}\n<text x="${LEFT}" y="${middle + 4}" class="quiet">-</text>`;
  const [low, median, high] = [spread.low, spread.middle, spread.high].map(scale.place) as [number, number, number];
  const figure = figureText(spread.middle) + (isNoisy(row.samples[daemon]) ? ' ~' : '');
  return [
    name,
    `<rect x="${LEFT}" y="${top}" width="${median}" height="${BAR}" rx="2" fill="${COLOURS[daemon]}"/>`,
    ...(low < high
      ? [
          `<line x1="${LEFT + low}" y1="${middle}" x2="${LEFT + high}" y2="${middle}" class="range" stroke-width="1.5"/>`,
        ]
      : []),
    `<text x="${LEFT + Math.max(median, high) + 6}" y="${middle + 4}">${figure}</text>`,
  ].join('\n');
}

/** A dashed line where nobody who keeps to the protocol can be shorter. */
function limitOf({ limit }: MeasuredRow, { place }: Scale, top: number): string[] {
  if (limit === undefined || limit === 0) return [];
  const x = LEFT + place(limit);
  return [`<line x1="${x}" y1="${top}" x2="${x}" y2="${top + 2 * BAR + 7}" class="limit" stroke-dasharray="3 2"/>`];
}

interface Scale {
  readonly isLogarithmic: boolean;
  /** Pixels from the left. */
  readonly place: (figure: Figure) => number;
}

/** "never" is as long as a bar can be, and whatever came is much shorter. */
function scaleOf(row: MeasuredRow): Scale {
  const spreads = CONTESTANTS.map((daemon) => spreadOf(row.samples[daemon])).filter((one) => one !== undefined);
  const figures = [...spreads.flatMap(({ low, middle, high }: Spread) => [low, middle, high]), row.limit ?? 0];
  const values = figures.filter((figure) => figure !== 'never').map((value) => Math.max(0, value));
  const greatest = Math.max(...values, 0) || 1;
  const longest = figures.includes('never') ? LONGEST / 4 : LONGEST;
  const ratio = ratioOf(row.samples) ?? 1;
  // Nothing is far from everything on such a scale, so it stays linear.
  const isLogarithmic = ratio > 0 && Math.max(ratio, 1 / ratio) > MOST_LINEAR;
  // Everything below the smallest median is at the left, half a decade before it.
  const least = Math.min(...spreads.map(({ middle }) => (middle === 'never' ? greatest : middle))) / Math.sqrt(10);
  const share = (value: number): number =>
    isLogarithmic
      ? Math.log(Math.max(value, least) / least) / Math.log(greatest / least)
      : Math.max(0, value) / greatest;
  return {
    isLogarithmic,
    place: (figure) => Math.round(figure === 'never' ? LONGEST : share(figure) * longest),
  };
}

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
