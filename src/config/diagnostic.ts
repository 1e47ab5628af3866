// What is wrong, doubtful or without effect in a configuration file, at its place, and how it is printed.
// Decides nothing about a file: whoever finds something reports it here. Passwords are masked where a line is shown.

import type { Place } from './model.js';

/** An error makes the file unusable; a warning names what will not be as written; a hint names what is probably not meant. */
export type Severity = 'error' | 'warning' | 'hint';

/** A stretch of one line of a file. */
export interface Span {
  readonly place: Place;
  /** Of the marked text, in characters; at least 1. */
  readonly length: number;
  /** The whole line as it stands in the file; absent when the file could not be read at all. */
  readonly source?: string;
}

export interface Diagnostic extends Span {
  readonly severity: Severity;
  /** Stable words without a severity in them. */
  readonly code: string;
  readonly words: string;
  /** What was probably meant in place of the marked text. */
  readonly suggestion?: string;
  /** Beside the marker in place of a suggestion. */
  readonly note?: string;
}

/** `file:line:column: error CODE: words`, the line and a marker under it; several lines, without a final newline. */
export function printDiagnostic(diagnostic: Diagnostic): string {
  const { place, length, source, severity, code, words, suggestion, note } = diagnostic;
  const head = `${place.file}:${place.line}:${place.column}: ${severity} ${code}: ${words}`;
  if (source === undefined) return head;
  const beside = note ?? (suggestion === undefined ? undefined : `did you mean "${suggestion}"?`);
  const indent = source.slice(0, place.column - 1).replace(/[^\t]/g, ' ');
  const marker = '^'.repeat(length) + (beside === undefined ? '' : ` ${beside}`);
  return `${head}\n${String(place.line).padStart(5)} | ${source}\n      | ${indent}${marker}`;
}
