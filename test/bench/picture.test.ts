// The pictures of the bench: bars as long as the figures say, a logarithmic scale where one would not be seen, "never" as
// long as can be, well-formed whatever a title has in it.

import t from 'tap';
import { pictureOf } from './picture.js';
import type { MeasuredRow, Result } from './report.js';
import type { Figure, Row, Sample } from './table.js';

const samples = (...figures: Figure[]): Sample[] => figures.map((figure) => ({ figure, noisy: false }));

const rowOf = (vrrpd: Figure[], keepalived: Figure[], more: Partial<Row> = {}): MeasuredRow => ({
  key: 'key',
  title: 'a row',
  unit: 'ms',
  ...more,
  samples: { vrrpd: samples(...vrrpd), keepalived: samples(...keepalived) },
});

const pictureOfRow = (row: MeasuredRow, title = 'A table'): string =>
  pictureOf({
    name: 'name',
    title,
    about: '',
    rows: [row],
    noise: { late: 0, steal: 0, running: 1 },
    failures: [],
  } satisfies Result);

/** Of the bars, in pixels. */
const lengths = (svg: string): number[] =>
  [...svg.matchAll(/<rect [^>]*width="([\d.]+)"/g)].map(([, one]) => Number(one));

t.test('bars', (t) => {
  t.same(
    lengths(pictureOfRow(rowOf([50], [100]))),
    [250, 500],
    'are as long as the medians, the greatest at full length',
  );
  t.same(lengths(pictureOfRow(rowOf([0], [571]))), [0, 500], 'of nothing has no length');
  t.same(lengths(pictureOfRow(rowOf([12], ['never']))), [125, 500], 'of what never came is longer than any other');
  t.same(lengths(pictureOfRow(rowOf([7], []))), [500], 'no bar without a figure');
  t.same(lengths(pictureOfRow(rowOf([5], [10, 10, 20]))), [125, 250], 'leave room for the range');
  t.end();
});

t.test('scale', (t) => {
  const logarithmic = pictureOfRow(rowOf([1], [1000]));
  const [short = 0, long = 0] = lengths(logarithmic);
  t.match(logarithmic, 'a row, ms (logarithmic)', 'is named where it is not linear');
  t.equal(long, 500);
  t.ok(short > 40 && short < 100, 'half a decade of three and a half');
  t.notMatch(pictureOfRow(rowOf([1], [19])), 'logarithmic', 'linear up to a ratio of 20');
  t.end();
});

t.test('what else is drawn', (t) => {
  const ranges = (svg: string): number => svg.split('class="range"').length - 1;
  t.equal(ranges(pictureOfRow(rowOf([1, 2, 3], [5, 5, 5]))), 1, 'a range where samples differ');
  t.match(pictureOfRow(rowOf([30], [40], { limit: 20 })), /<line x1="346" .*class="limit"/, 'the limit, to scale');
  t.notMatch(pictureOfRow(rowOf([30], [40], { limit: 0 })), 'class="limit"', 'none of 0');
  const noisy = { ...rowOf([3], [4]), samples: { vrrpd: [{ figure: 3, noisy: true }], keepalived: samples(4) } };
  t.match(pictureOfRow(noisy), '>3 ~<', 'a mark at a noisy figure');
  t.end();
});

t.test('well-formed, and legible on black too', (t) => {
  const svg = pictureOfRow(rowOf([-1], [0]), 'a < b & c');
  t.match(svg, '<title>a &lt; b &amp; c</title>');
  t.match(svg, 'prefers-color-scheme: dark');
  t.notMatch(svg, 'NaN');
  const open: string[] = [];
  for (const [, closing, name = '', rest = ''] of svg.matchAll(/<(\/?)(\w+)([^>]*)>/g))
    if (closing === '/') t.equal(open.pop(), name);
    else if (!rest.endsWith('/')) open.push(name);
  t.same(open, [], 'what is opened is closed');
  t.end();
});
