// `vrrpd status`: asks the daemon over its control socket and shows the answer, for people or as JSON.
// It judges nothing.

import { EXIT, type ExitCode } from '../daemon/exit-code.js';
import type { Snapshot } from '../status/snapshot.js';
import { renderStatus } from '../status/text.js';
import { ask } from './ask.js';

const PATIENCE_MILLISECONDS = 5_000;

/** 0 running, 3 not running, 4 no permission. */
export async function status({ socket, json }: { socket: string; json: boolean }): Promise<ExitCode> {
  const answer = await ask({ socket, command: 'status', patience: PATIENCE_MILLISECONDS });
  const snapshot = JSON.parse(answer) as Snapshot;
  process.stdout.write(json ? `${JSON.stringify(snapshot, undefined, 2)}\n` : `${renderStatus(snapshot)}\n`);
  return EXIT.normal;
}
