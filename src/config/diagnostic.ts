// What is wrong, doubtful or without effect in a configuration file, at its place, and how it is printed.
// Judges no file: whoever finds something reports it here. Where a line is shown, its password is masked.

import type { Place } from './model.js';

/** An error makes the file unusable; a warning: something is not as written; a hint: probably not what was meant. */
export type Severity = 'error' | 'warning' | 'hint';

/** Stable words; the severity is not in them. docs/CHECKS.md explains each. */
export const CODES = [
  'alert-without-mail',
  'authentication-dropped',
  'bad-address',
  'bad-definition',
  'bad-include',
  'bad-number',
  'bad-sequence',
  'bad-value',
  'closed-too-early',
  'comment-cuts-value',
  'default-interface',
  'defined-later',
  'does-not-count',
  'dropped-arguments',
  'duplicate-address',
  'duplicate-name',
  'duplicate-vrid',
  'extra-words',
  'foreign-source',
  'fraction-of-second',
  'line-too-long',
  'look-alike',
  'mail-without-alert',
  'missing-file',
  'missing-include',
  'missing-keyword',
  'missing-program',
  'missing-value',
  'mixed-families',
  'newer-keyword',
  'no-address',
  'no-instance',
  'no-link-local',
  'no-prefix-length',
  'no-such-interface',
  'nopreempt-dropped',
  'nopreempt-with-weight',
  'not-yet-supported',
  'nul-octet',
  'odd-character',
  'out-of-range',
  'owner-by-default',
  'pair-accept',
  'pair-address-list',
  'pair-authentication',
  'pair-checksum',
  'pair-destination',
  'pair-group',
  'pair-instance',
  'pair-interval',
  'pair-priority',
  'pair-router-id',
  'pair-source',
  'pair-version',
  'pair-weight',
  'password-cut',
  'preempt-delay-dropped',
  'refused',
  'repeated-keyword',
  'repeated-name',
  'rounded-value',
  'sample-password',
  'sample-vrid',
  'script-without-fifo',
  'slow-check',
  'slow-failover',
  'strict-mode',
  'superfluous-brace',
  'sync-group-of-one',
  'too-many-addresses',
  'too-many-messages',
  'unclosed-block',
  'unclosed-quote',
  'undefined-name',
  'unexpected-brace',
  'unicast-without-peers',
  'unknown-instance',
  'unknown-keyword',
  'unknown-option',
  'unknown-script',
  'unknown-tracker',
  'unknown-user',
  'unread-include',
  'unsafe-program',
  'unused-script',
  'user-or-argument',
  'weight-in-group',
  'weight-on-owner',
  'weight-too-small',
] as const;
export type Code = (typeof CODES)[number];

/** A stretch of one line of a file. */
export interface Span {
  readonly place: Place;
  /** In characters, at least 1. */
  readonly length: number;
  /** The whole line as it stands in the file; absent when there is no line to show. */
  readonly source?: string;
}

export interface Diagnostic extends Span {
  readonly severity: Severity;
  readonly code: Code;
  /** One sentence part, without a full stop. */
  readonly words: string;
  /** What was probably meant in place of the marked text. */
  readonly suggestion?: string;
  /** Stands beside the marker in place of a suggestion. */
  readonly note?: string;
}

/** Nobody reads more, and a file that is no configuration at all would fill the memory with them. */
const MOST_MESSAGES = 5_000;

type Beside = Pick<Diagnostic, 'suggestion' | 'note'>;

/** Collects what is found while a file is read. */
export class Report {
  private readonly found: Diagnostic[] = [];
  private withError = false;

  /** Whether there is an error, kept or not. */
  get hasError(): boolean {
    return this.withError;
  }

  /** No more messages are kept. */
  get full(): boolean {
    return this.found.length >= MOST_MESSAGES;
  }

  error(code: Code, span: Span, words: string, beside?: Beside): void {
    // The first one is kept in any case: it says why the file can't be used.
    if (!this.full || !this.withError) this.found.push({ ...span, severity: 'error', code, words, ...beside });
    this.withError = true;
  }

  warning(code: Code, span: Span, words: string, beside?: Beside): void {
    if (!this.full) this.found.push({ ...span, severity: 'warning', code, words, ...beside });
  }

  hint(code: Code, span: Span, words: string, beside?: Beside): void {
    if (!this.full) this.found.push({ ...span, severity: 'hint', code, words, ...beside });
  }

  /** As an operator reads them. */
  sorted(): readonly Diagnostic[] {
    const shown = arranged(this.found);
    const last = shown.at(-1);
    if (!this.full || last === undefined) return shown;
    const words = `there are more messages than these ${MOST_MESSAGES}`;
    return [...shown, { place: last.place, length: 1, severity: 'warning', code: 'too-many-messages', words }];
  }
}

/** By file, line and column. A line with an error shows its errors only: what else it would get is follow-up noise. */
export function arranged(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const lineOf = ({ place }: Diagnostic) => `${place.file}:${place.line}`;
  const broken = new Set(diagnostics.filter(({ severity }) => severity === 'error').map(lineOf));
  return diagnostics
    .filter((one) => one.severity === 'error' || !broken.has(lineOf(one)))
    .sort((one, other) => order(one.place, other.place));
}

function order(one: Place, other: Place): number {
  if (one.file !== other.file) return one.file < other.file ? -1 : 1;
  return one.line - other.line || one.column - other.column;
}

/** The stretch from the first span to the last; both stand on one line. */
export const spanOf = (first: Span, last: Span): Span => ({
  ...first,
  length: Math.max(1, last.place.column + last.length - first.place.column),
});

/** A word of the file as it is named in a message: in quotes, not endless, harmless to a terminal. */
export const named = (text: string): string => `"${visible(text.length > 60 ? `${text.slice(0, 57)}...` : text)}"`;

/** For programs: flat, without the text of the line, so without a password. */
export function plainDiagnostic({ severity, code, place, length, words, suggestion, note }: Diagnostic) {
  const beside = { ...(suggestion !== undefined && { suggestion }), ...(note !== undefined && { note }) };
  return { severity, code, ...place, length, words, ...beside };
}

/** `file:line:column: error CODE: words (did you mean "..."?)`: one line, for a log. */
export function describeDiagnostic(diagnostic: Diagnostic): string {
  const beside = besideMarker(diagnostic);
  return headline(diagnostic) + (beside === undefined ? '' : ` (${beside})`);
}

/** How a severity is shown: with a colour on a terminal, which never carries the meaning alone. */
export type Paint = (severity: Severity, text: string) => string;
const plainText: Paint = (_severity, text) => text;

/** `file:line:column: error CODE: words`, then the line with a marker under the place; no final newline. */
export function printDiagnostic(diagnostic: Diagnostic, paint: Paint = plainText): string {
  if (diagnostic.source === undefined) return describeDiagnostic(diagnostic);
  const { place, length, source, severity } = diagnostic;
  const shown = visible(maskPassword(source))
    .trimEnd()
    .slice(0, Math.max(LONGEST_SHOWN, place.column + length));
  const indent = shown.slice(0, place.column - 1).replace(/[^\t]/g, (letter) => (wide.test(letter) ? '  ' : ' '));
  const beside = besideMarker(diagnostic);
  const marker = '^'.repeat(Math.max(1, Math.min(length, shown.length - place.column + 1)));
  return [
    headline(diagnostic).replace(`: ${severity} `, `: ${paint(severity, severity)} `),
    `${String(place.line).padStart(5)} | ${shown}`,
    `      | ${indent}${paint(severity, marker)}${beside === undefined ? '' : ` ${beside}`}`,
  ].join('\n');
}

function headline({ place, source, severity, code, words }: Diagnostic): string {
  // A message about the whole file has no line to show.
  const where = source === undefined ? place.file : `${place.file}:${place.line}:${place.column}`;
  return visible(`${where}: ${severity} ${code}: ${words}`);
}

function besideMarker({ suggestion, note }: Diagnostic): string | undefined {
  return note === undefined ? suggestion && `did you mean ${named(suggestion)}?` : visible(note);
}

/** Of a line, unless the mark is further to the right. */
const LONGEST_SHOWN = 200;

/** Control characters could move the cursor of the terminal that the message is read on; the tab is kept. */
export const visible = (text: string): string => text.replace(/[^\P{C}\t]/gu, '?');

/** East Asian characters that take two cells of a terminal. */
const wide = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/;

/** Each character of what follows auth_pass becomes a star, so that a log never holds a password. */
const maskPassword = (line: string): string =>
  line.replace(/(\bauth[_ -]?pass\w*\s+)(.*\S)/, (_all, before: string, secret: string) => {
    return before + secret.replace(/\S/g, '*');
  });
