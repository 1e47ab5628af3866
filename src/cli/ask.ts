// One question to the daemon over its control socket, and its answer as text. It starts nothing and needs only the right
// to open the socket.

import { connect } from 'node:net';
import { CommandFailure, EXIT } from '../daemon/exit-code.js';

/** The answer; throws a CommandFailure when there is none within `patience` milliseconds, or none that the daemon would give. */
export function ask(request: {
  socket: string;
  command: string;
  words?: Readonly<Record<string, unknown>>;
  patience: number;
}): Promise<object> {
  const { socket: path, command, words, patience } = request;
  return new Promise((resolve, reject) => {
    let answer = '';
    const client = connect(path, () => client.write(`${JSON.stringify({ ...words, command })}\n`));
    client.setEncoding('utf8').setTimeout(patience, () => {
      client.destroy();
      reject(new CommandFailure(EXIT.notRunning, [`vrrpd does not answer on ${path}`]));
    });
    client.on('error', (error: NodeJS.ErrnoException) => reject(explain(path, error)));
    client.on('data', (chunk: string) => {
      answer += chunk;
      if (answer.endsWith('\n')) client.end();
    });
    client.on('close', () => {
      const failed = (words: string): void => reject(new CommandFailure(EXIT.notRunning, [words]));
      const value = readAnswer(answer);
      if (!answer.endsWith('\n')) failed(`vrrpd gave no answer on ${path}`);
      else if (value === undefined) failed(`what answers on ${path} is not vrrpd`);
      else resolve(value);
    });
  });
}

function readAnswer(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function explain(path: string, { code }: NodeJS.ErrnoException): CommandFailure {
  if (code === 'EACCES' || code === 'EPERM')
    return new CommandFailure(EXIT.permission, [`no permission to ask vrrpd on ${path}: be root or in its group`]);
  return new CommandFailure(EXIT.notRunning, [`vrrpd is not running (nothing answers on ${path})`]);
}
