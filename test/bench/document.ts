// docs/PERFORMANCE.md from a report: a section for each table, with its picture, and where keepalived is better, said so.

import type { MeasuredRow, Report, Result } from './report.js';
import { CONTESTANTS, isReached, MOST_LATE, ratioOf, spreadOf, type Figure } from './table.js';
import { limitText, noiseText, ratioText, spreadText, targetText, titleText } from './words.js';

/** Less than this is no difference. */
const NOTABLE = 1.1;

export function documentOf({ date, rounds, minutes, machine, tables }: Report): string {
  const { processors, memory, kernel, node, keepalived } = machine;
  return `# How vrrpd does beside keepalived

Written by \`npm run bench\`, not by hand: one run of ${minutes} minutes on ${date}, in which each story was played with
vrrpd and with keepalived by turns, ${rounds} ${rounds === 1 ? 'round' : 'rounds'} of it, fewer of long ones. The hosts were network namespaces of one machine:
${processors}, ${memory}, ${kernel}, ${node}, ${keepalived}.

A figure is the median, with the range behind it. The limit is what nobody can do better who keeps to the protocol; the
target is what vrrpd was to reach. The ratio is vrrpd's median by keepalived's. While a story was measured, a program
that only sleeps and wakes told how late it was (control), how much of the processors the hypervisor took (steal) and
how many tasks ran or waited to run; ~ marks figures most of whose samples were taken while it was late by more than
${MOST_LATE} ms, so they are worth less.

    npm run bench                                        all tables
    npm run bench -- planned-stop crash --rounds 3       some of them
    npm run bench -- --json run.json && npm run bench -- --write run.json       and this document

${tables.map((table) => `- [${table.title}](#${anchorOf(table.title)})`).join('\n')}

${tables.map(sectionOf).join('\n')}`;
}

/** Where the platforms that show Markdown put a heading. */
const anchorOf = (title: string): string =>
  title
    .toLowerCase()
    .replace(/[^\w\s-]/g, '')
    .replace(/\s/g, '-');

function sectionOf({ name, title, about, rows, noise, failures }: Result): string {
  const cells = rows.map((row) => [
    titleText(row),
    ...CONTESTANTS.map((daemon) => spreadText(row.samples[daemon])),
    ratioText(row),
    limitText(row),
    targetText(row),
  ]);
  const lines = [['', ...CONTESTANTS, 'ratio', 'limit', 'target'], Array.from({ length: 6 }, () => '---'), ...cells];
  return `## ${title}

${about}

${lines.map((line) => `| ${line.join(' | ')} |`).join('\n')}

![${title}](performance/${name}.svg)

${remarks(rows)}Noise: ${noiseText(noise)}.
${failures.map(({ round, daemon, why }) => `Round ${round} with ${daemon} could not be played: ${why}.\n`).join('')}`;
}

/** Where we lose, and what was not reached. */
function remarks(rows: readonly MeasuredRow[]): string {
  const worse = rows.filter(isWorse).map(titleText);
  const missed = rows.filter((row) => isReached(row, row.samples) === false).map(titleText);
  return [
    ...(worse.length > 0 ? [`keepalived is better here: ${worse.join('; ')}.`] : []),
    ...(missed.length > 0 ? [`Target missed: ${missed.join('; ')}.`] : []),
  ]
    .map((remark) => `${remark}\n\n`)
    .join('');
}

function isWorse(row: MeasuredRow): boolean {
  const [ours, theirs] = CONTESTANTS.map((daemon) => spreadOf(row.samples[daemon])?.middle);
  if (ours === undefined || theirs === undefined) return false;
  const number = (figure: Figure): number => (figure === 'never' ? Infinity : figure);
  const [one, other] = row.better === 'more' ? [number(theirs), number(ours)] : [number(ours), number(theirs)];
  return one > other && (ratioOf(row.samples) === undefined || one > NOTABLE * other);
}
