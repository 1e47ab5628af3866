// placeholder
export type ScriptOutcome =
  /** It ended by itself or by a signal; `output` is the last line it wrote, for the reason of a transition. */
  | { readonly kind: 'exited'; readonly code: number; readonly milliseconds: number; readonly output: string }
  | { readonly kind: 'signalled'; readonly signal: string; readonly milliseconds: number; readonly output: string }
  /** It could not be started: not there, not executable, no such user. */
  | { readonly kind: 'cannot-run'; readonly error: string };
