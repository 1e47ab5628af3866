// The exit codes of all commands, as the manual page says them, and the error that carries one. They are what systemd
// and scripts decide by, so none of them changes its meaning.

export const EXIT = {
  normal: 0,
  /** Options that can't be, or another daemon that is there already; `probe`: not as it should be. */
  refused: 1,
  configuration: 2,
  /** `status`: there is no daemon. */
  notRunning: 3,
  permission: 4,
  /** `-t`, as keepalived's own test says it. */
  configurationTest: 5,
  noFile: 6,
  /** A mistake in this program. */
  internal: 70,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Why a command can't do its work: the lines say so to the operator, the last one most of all. */
export class CommandFailure extends Error {
  constructor(
    readonly code: ExitCode,
    readonly lines: readonly string[],
  ) {
    super(lines.at(-1) ?? '');
  }
}
