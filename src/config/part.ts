// Pieces of a printed configuration: keywords with their values as lines, and whether a reader would take the same meaning
// without them. What there is to print is said in print.ts and its neighbours.

import { inSeconds, type Duration } from '../time.js';
import { isEqual } from './diff.js';
import type { Command, GlobalDefs, ScriptUser, Track } from './model.js';
import { quoteCommand, quoteWord } from './quote.js';

/** One or more lines, and whether they would mean the same when they were left out. */
export interface Part {
  readonly lines: readonly string[];
  readonly standard: boolean;
}

/** What a line may depend on beside its own block. */
export interface Surroundings {
  readonly global: GlobalDefs;
  /** What a tracked thing weighs by itself. */
  readonly weightOf: (track: Track) => { readonly weight: number; readonly reverse: boolean } | undefined;
}

/** Of each field that is not written elsewhere; a field that is added does not compile without a writer. */
export type Writers<T> = { readonly [Field in keyof T]-?: (value: T, context: Surroundings) => Part };

/** With its lines indented; nothing for one without lines that is not needed. */
export const block = (title: string, lines: readonly string[], { empty = true } = {}): string[] =>
  lines.length === 0 && !empty ? [] : [`${title} {`, ...lines.map((line) => `    ${line}`), '}'];

export const part = (lines: readonly string[], standard = false): Part => ({ lines, standard });
export const NOTHING = part([]);
export const elsewhere = (): Part => NOTHING;
export const entries = (title: string, lines: readonly string[]): Part => part(block(title, lines, { empty: false }));
export const flag = (keyword: string, set: boolean): Part => (set ? part([keyword]) : NOTHING);

export const value = (keyword: string, text: string | number, standard: boolean): Part =>
  part([`${keyword} ${text}`], standard);

export const time = (keyword: string, duration: Duration, standard: boolean): Part =>
  value(keyword, inSeconds(duration), standard);

/** One that may be absent. */
export const optional = <T>(keyword: string, held: T | undefined, words: (held: T) => string | number): Part =>
  held === undefined ? NOTHING : value(keyword, words(held), false);

/** A command with its user, unless that is script_user. */
export const commandWords = ({ argv, runAs }: Command, usual: ScriptUser | undefined): string =>
  `${quoteCommand(argv)}${runAs === undefined || isEqual(runAs, usual) ? '' : ` ${userWords(runAs)}`}`;

export const userWords = ({ user, group }: ScriptUser): string =>
  `${quoteWord(user)}${group === undefined ? '' : ` ${quoteWord(group)}`}`;

export const weightWords = (weight: number, reverse: boolean): string => `${weight}${reverse ? ' reverse' : ''}`;
