// How figures are written for people, in the text on the terminal as in the document: short, and with their range.

import type { Figure, Row, Sample } from './table.js';
import { CONTESTANTS, isNoisy, isReached, MOST_LATE, ratioOf, spreadOf } from './table.js';
import type { MeasuredRow } from './report.js';

/** "0.12", "571", "never" */
export function figureText(figure: Figure): string {
  if (figure === 'never') return figure;
  const size = Math.abs(figure);
  const digits = size >= 100 || Number.isInteger(figure) ? 0 : size >= 10 ? 1 : 2;
  const text = figure.toFixed(digits);
  return Number(text) === 0 ? '0' : text;
}

/** What "~" behind a figure means. */
export const NOISE_MARK = `~ most samples were taken while the control was late by more than ${MOST_LATE} ms`;

export const isMarked = ({ samples }: MeasuredRow): boolean => CONTESTANTS.some((daemon) => isNoisy(samples[daemon]));

/** "0.12 (0.10..0.20)", with "~" behind it when it is noisy; "-" of none. */
export function spreadText(samples: readonly Sample[]): string {
  const spread = spreadOf(samples);
  if (spread === undefined) return '-';
  const [low, middle, high] = [spread.low, spread.middle, spread.high].map(figureText);
  const text = low === high ? String(middle) : `${middle} (${low}..${high})`;
  return isNoisy(samples) ? `${text} ~` : text;
}

/** "1/2300", "0.35", "2.1", "0"; "-" where there is none. */
export function ratioText(row: MeasuredRow): string {
  const ratio = ratioOf(row.samples);
  if (ratio === undefined) return '-';
  if (ratio === 0) return '0';
  return ratio < 0.1 ? `1/${Math.round(1 / ratio)}` : ratio.toPrecision(2);
}

export const limitText = ({ limit }: Row): string => (limit === undefined ? '-' : figureText(limit));

/** "<= 2", with "MISSED" behind it where it is. */
export function targetText(row: MeasuredRow): string {
  if (row.target === undefined) return '-';
  const target = `${row.better === 'more' ? '>=' : '<='} ${figureText(row.target)}`;
  return isReached(row, row.samples) === false ? `${target} MISSED` : target;
}

export const titleText = ({ title, unit }: Row): string => (unit === '' ? title : `${title}, ${unit}`);

/** "control late 3 ms at most, steal 1.2 %, 1.4 tasks running" */
export const noiseText = ({ late, steal, running }: { late: number; steal: number; running: number }): string =>
  `control late ${figureText(late)} ms at most, steal ${figureText(steal * 100)} %, ${figureText(running)} tasks running`;
