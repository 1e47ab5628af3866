// `vrrpd reload`: asks the daemon to go over to its configuration file as it is now, and tells how that went: what the
// unit's ExecReload= runs, so that "systemctl reload" fails when the file can't be used.

import { CommandFailure, EXIT, type ExitCode } from '../daemon/exit-code.js';
import type { ReloadAnswer } from '../daemon/reloader.js';
import { ask } from './ask.js';

/** The daemon gives up reading before that. */
const PATIENCE_MILLISECONDS = 60_000;

/** 0 reloaded, 2 the file can't be used and nothing has changed, 3 not running, 4 no permission. */
export async function reload({ socket }: { socket: string }): Promise<ExitCode> {
  const answer = (await ask({ socket, command: 'reload', patience: PATIENCE_MILLISECONDS })) as
    ReloadAnswer | { readonly error: string };
  if ('error' in answer) throw new CommandFailure(EXIT.permission, [answer.error]);
  const { reloaded, lines } = answer;
  (reloaded ? process.stdout : process.stderr).write(`${lines.join('\n')}\n`);
  return reloaded ? EXIT.normal : EXIT.configuration;
}
