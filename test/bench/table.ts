// What a table of the bench is: rows of figures for which one story, played with vrrpd and with keepalived by turns, gives
// the samples. A story is data and one function; it knows nothing of rounds, of medians or of how a table is shown.

/** Which daemon a round is played with. */
export const CONTESTANTS = ['vrrpd', 'keepalived'] as const;
export type Contestant = (typeof CONTESTANTS)[number];

/** A figure in the unit of its row; "never" for what did not come while the story waited for it. */
export type Figure = number | 'never';

/** One figure of a table. */
export interface Row {
  /** By which a round names its figure; unique in the table. */
  readonly key: string;
  readonly title: string;
  /** "ms", "ppm", "MB", "%"; empty for a count. */
  readonly unit: string;
  /** What the protocol itself allows, in the unit: nobody who keeps to it can do better. */
  readonly limit?: number;
  /** What vrrpd is to reach with its median: at most this, or at least where `better` is "more". */
  readonly target?: number;
  readonly better?: 'less' | 'more';
}

/** What one round of a story showed. */
export interface Round {
  /** By the key of the row; a row without a figure has no sample of this round. */
  readonly figures: Readonly<Record<string, Figure>>;
  /** The part of the round that was measured: only there noise counts. Without it the whole round. */
  readonly span?: Span;
}

/** Milliseconds since 1970. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Several stories that were played at the same time as one round: their figures, and all of their spans. */
export function together(...rounds: readonly Round[]): Round {
  const spans = rounds.flatMap(({ span }) => span ?? []);
  return {
    figures: Object.assign({}, ...rounds.map(({ figures }) => figures)) as Round['figures'],
    ...(spans.length > 0 && {
      span: { from: Math.min(...spans.map(({ from }) => from)), to: Math.max(...spans.map(({ to }) => to)) },
    }),
  };
}

export interface Table {
  /** As it is given on the command line, and the name of its picture. */
  readonly name: string;
  readonly title: string;
  /** What is done and how it is measured, a paragraph for the document. */
  readonly about: string;
  readonly rows: readonly Row[];
  /** The most rounds that it is played, whatever was asked for: for long ones. */
  readonly mostRounds?: number;
  /** Plays the story once, on hosts of its own, and leaves nothing behind. Throws when it could not be played. */
  readonly play: (daemon: Contestant) => Promise<Round>;
}

/** Milliseconds: a sample during which the control was later than this is marked. */
export const MOST_LATE = 10;

/** A figure of a round, and whether the machine was too busy then to believe it. */
export interface Sample {
  readonly figure: Figure;
  readonly noisy: boolean;
}

export type Samples = Readonly<Record<Contestant, readonly Sample[]>>;

/** The middle of the figures and their range; undefined of none. "never" is more than any number. */
export interface Spread {
  readonly low: Figure;
  readonly middle: Figure;
  readonly high: Figure;
}

/** The middle one; NaN of none. */
export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

export function spreadOf(samples: readonly Sample[]): Spread | undefined {
  const sorted = samples.map(({ figure }) => (figure === 'never' ? Infinity : figure)).sort((a, b) => a - b);
  const at = (index: number): Figure => {
    const value = sorted[index] ?? NaN;
    return value === Infinity ? 'never' : value;
  };
  if (sorted.length === 0) return undefined;
  return { low: at(0), middle: at(Math.floor(sorted.length / 2)), high: at(sorted.length - 1) };
}

/** Of the medians, vrrpd's by keepalived's; undefined where one is missing, is "never", or ours is below zero or theirs not above. */
export function ratioOf(samples: Samples): number | undefined {
  const [ours, theirs] = CONTESTANTS.map((daemon) => spreadOf(samples[daemon])?.middle);
  if (typeof ours !== 'number' || typeof theirs !== 'number' || ours < 0 || theirs <= 0) return undefined;
  return ours / theirs;
}

/** Whether vrrpd's median is what it is to be; undefined without a target or a sample. */
export function isReached({ target, better }: Row, samples: Samples): boolean | undefined {
  const middle = spreadOf(samples.vrrpd)?.middle;
  if (target === undefined || middle === undefined) return undefined;
  const value = middle === 'never' ? Infinity : middle;
  return better === 'more' ? value >= target : value <= target;
}

/** Whether most of the samples of a side are not to be believed. */
export const isNoisy = (samples: readonly Sample[]): boolean =>
  2 * samples.filter(({ noisy }) => noisy).length > samples.length;
