// `vrrpd status`: asks the daemon over its control socket and shows the answer. It starts nothing and needs only the
// right to open the socket.

import { connect } from 'node:net';
import { CommandFailure, EXIT, type ExitCode } from '../daemon/exit-code.js';
import type { Snapshot } from '../status/snapshot.js';
import { renderStatus } from '../status/text.js';

const PATIENCE_MILLISECONDS = 5_000;

/** 0 running, 3 not running, 4 no permission. */
export async function status({ socket, json }: { socket: string; json: boolean }): Promise<ExitCode> {
  const answer = await ask(socket, 'status');
  const snapshot = JSON.parse(answer) as Snapshot;
  process.stdout.write(json ? `${JSON.stringify(snapshot, undefined, 2)}\n` : `${renderStatus(snapshot)}\n`);
  return EXIT.normal;
}

function ask(path: string, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const client = connect(path, () => client.write(`${JSON.stringify({ command })}\n`));
    client.setEncoding('utf8').setTimeout(PATIENCE_MILLISECONDS, () => {
      client.destroy();
      reject(new CommandFailure(EXIT.notRunning, [`vrrpd does not answer on ${path}`]));
    });
    client.on('error', (error: NodeJS.ErrnoException) => reject(explain(path, error)));
    client.on('data', (chunk: string) => {
      answer += chunk;
      if (answer.endsWith('\n')) client.end();
    });
    client.on('close', () =>
      answer.endsWith('\n')
        ? resolve(answer)
        : reject(new CommandFailure(EXIT.notRunning, [`vrrpd gave no answer on ${path}`])),
    );
  });
}

function explain(path: string, { code }: NodeJS.ErrnoException): CommandFailure {
  if (code === 'EACCES' || code === 'EPERM')
    return new CommandFailure(EXIT.permission, [`no permission to ask vrrpd on ${path}: be root or in its group`]);
  return new CommandFailure(EXIT.notRunning, [`vrrpd is not running (nothing answers on ${path})`]);
}
