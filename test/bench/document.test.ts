// What the bench writes for people: figures with their range, what is missed and where keepalived is better, in a
// document and for a terminal of 80 columns.

import t from 'tap';
import { documentOf } from './document.js';
import type { MeasuredRow, Report } from './report.js';
import { together, type Figure, type Row, type Sample } from './table.js';
import { textOf } from './text.js';
import { figureText, ratioText, spreadText } from './words.js';

const samples = (...figures: Figure[]): Sample[] => figures.map((figure) => ({ figure, noisy: false }));
const rowOf = (row: Partial<Row>, vrrpd: Figure[], keepalived: Figure[]): MeasuredRow => ({
  key: 'key',
  title: 'probes lost',
  unit: '',
  ...row,
  samples: { vrrpd: samples(...vrrpd), keepalived: samples(...keepalived) },
});
const reportOf = (...rows: MeasuredRow[]): Report => ({
  date: '2026-01-31',
  rounds: 5,
  minutes: 12,
  machine: { processors: '2 x Some CPU', memory: '4 GB', kernel: 'Linux 6.1', node: 'Node 20.1.0', keepalived: 'it' },
  tables: [
    {
      name: 'planned-stop',
      title: 'The master is stopped, by hand',
      about: 'SIGTERM.',
      rows,
      noise: { late: 1.5, steal: 0.012, running: 1.4 },
      failures: [{ round: 2, daemon: 'keepalived', why: 'no host' }],
    },
  ],
});
const lost = rowOf({ limit: 0, target: 2 }, [1, 0, 2], [571, 570, 'never']);

t.test('figures', (t) => {
  t.same([0.123, 12.34, 571.4, 3, 'never' as const, -0.001].map(figureText), [
    '0.12',
    '12.3',
    '571',
    '3',
    'never',
    '0',
  ]);
  t.equal(spreadText(samples(3, 1, 2)), '2 (1..3)');
  t.equal(spreadText(samples(2, 2)), '2', 'no range where there is none');
  t.equal(spreadText([]), '-');
  t.equal(spreadText([{ figure: 2, noisy: true }]), '2 ~');
  t.equal(ratioText(rowOf({}, [1], [571])), '1/571');
  t.equal(ratioText(rowOf({}, [3], [2])), '1.5');
  t.equal(ratioText(rowOf({}, [0], [571])), '0');
  t.equal(ratioText(rowOf({}, [1], [0])), '-');
  t.end();
});

t.test('the document', (t) => {
  const text = documentOf(reportOf(lost));
  t.match(text, '| probes lost | 1 (0..2) | 571 (570..never) | 1/571 | 0 | <= 2 |');
  t.match(text, '![The master is stopped, by hand](performance/planned-stop.svg)');
  t.match(text, '(#the-master-is-stopped-by-hand)');
  t.match(text, 'Round 2 with keepalived could not be played: no host.');
  t.match(text, 'control late 1.50 ms at most, steal 1.20 %, 1.40 tasks running.');
  t.notMatch(text, 'is better here');
  t.notMatch(text, 'Target missed');
  t.end();
});

t.test('where we lose, it is said', (t) => {
  const text = (row: MeasuredRow): string => documentOf(reportOf(row));
  t.match(
    text(rowOf({ target: 1 }, [4], [2])),
    'keepalived is better here: probes lost.\n\nTarget missed: probes lost.',
  );
  t.match(text(rowOf({}, [3], [0])), 'keepalived is better here', 'also beside nothing');
  t.match(text(rowOf({}, ['never'], [7])), 'keepalived is better here', 'and when ours never came');
  t.notMatch(text(rowOf({}, [1.05], [1])), 'is better here', 'a few per cent are none');
  t.match(text(rowOf({ better: 'more', target: 12 }, [3], [12])), 'is better here', 'where more is better');
  t.match(text(rowOf({ better: 'more', target: 12 }, [3], [12])), '>= 12 MISSED');
  t.end();
});

t.test('text', (t) => {
  const [table] = reportOf(lost, rowOf({}, [123_456.7, 100_000, 999_999], [123_456.7, 100_000, 999_999])).tables;
  const text = table ? textOf(table) : '';
  t.ok(
    text.split('\n').every((line) => line.length <= 80),
    'in 80 columns',
  );
  t.match(text, 'FAILED: round 2 with keepalived: no host');
  t.end();
});

t.test('stories played together', (t) => {
  const [one, other] = [
    { figures: { a: 1 }, span: { from: 5, to: 7 } },
    { figures: { b: 2 }, span: { from: 6, to: 9 } },
  ];
  t.same(together(one, other), { figures: { a: 1, b: 2 }, span: { from: 5, to: 9 } });
  t.same(together({ figures: { a: 1 } }), { figures: { a: 1 } });
  t.end();
});
