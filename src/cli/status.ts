// `vrrpd status`: asks the daemon over its control socket and shows the answer, for people or as JSON.
// It judges nothing.

import { EXIT, type ExitCode } from '../daemon/exit-code.js';
import { VERSION } from '../daemon/version.js';
import type { Snapshot } from '../status/snapshot.js';
import { renderStatus } from '../status/text.js';
import { ask } from './ask.js';

const PATIENCE_MILLISECONDS = 5_000;

/** 0 running, 3 not running, 4 no permission. */
export async function status({ socket, json }: { socket: string; json: boolean }): Promise<ExitCode> {
  const answer = (await ask({ socket, command: 'status', patience: PATIENCE_MILLISECONDS })) as Snapshot;
  // Between an upgrade and its restart the daemon is of another version, and its snapshot may be of another shape.
  const isOther = answer.version !== VERSION;
  if (isOther && !json) process.stderr.write('the daemon is of another version: its status as it is\n');
  process.stdout.write(`${json || isOther ? JSON.stringify(answer, undefined, 2) : renderStatus(answer)}\n`);
  return EXIT.normal;
}
