// `vrrpd probe haproxy`: asks HAProxy over its stats socket whether it runs and is not about to end, and whether a frontend is
// open. HAProxy management guide, §§ 9.1, 9.3: show info, show stat. It gives no order that changes anything.

import { once } from 'node:events';
import { connect } from 'node:net';
import type { Probe } from '../config/probe.js';
import type { Finding } from './finding.js';
import { readUpTo } from './stream.js';

type Haproxy = Extract<Probe, { kind: 'haproxy' }>;

/** In octets: some ten thousand frontends. */
const ANSWER_LIMIT = 4_194_304;

/** Throws what the connection fails with. A reload may be the reason of whatever is not as it should be. */
export async function probeHaproxy({ socket, frontend }: Haproxy, signal: AbortSignal): Promise<Finding> {
  // On one connection, so that it is one process that answers both. -1 1 -1: of all proxies only the frontends.
  const orders = frontend === undefined ? ['show info'] : ['show info', 'show stat -1 1 -1'];
  const answer = await ask(socket, { line: `${orders.join(';')}\n`, signal });
  const failed = (words: string): Finding => ({ ok: false, words: `${socket}: ${words}`, passing: true });
  const version = field(answer, 'Version');
  if (version === undefined) return failed(answer === '' ? 'no answer' : "what answers is not HAProxy's stats socket");
  if ((field(answer, 'Stopping') ?? '0') !== '0') return failed('HAProxy is stopping');
  const running = `HAProxy ${version} runs`;
  if (frontend === undefined) return { ok: true, words: `${socket}: ${running}` };
  const status = frontendStatus(answer, frontend);
  if (status === undefined) return failed(`${running}, without a frontend ${frontend}`);
  if (status !== 'OPEN') return failed(`${running}, frontend ${frontend} is ${status}`);
  return { ok: true, words: `${socket}: ${running}, frontend ${frontend} is OPEN` };
}

async function ask(path: string, { line, signal }: { line: string; signal: AbortSignal }): Promise<string> {
  const socket = connect({ path, signal });
  // Of an error that comes later than the one that is waited for nobody wants to know.
  socket.on('error', () => undefined);
  try {
    await once(socket, 'connect', { signal });
    socket.write(line);
    return (await readUpTo(socket, ANSWER_LIMIT)).toString();
  } finally {
    socket.destroy();
  }
}

/** Of show info: "Stopping: 0". */
const field = (answer: string, name: string): string | undefined =>
  new RegExp(`^${name}: (.*)$`, 'm').exec(answer)?.[1];

/** Of show stat: a line that begins with "# " names the columns, then a line for each. No name has a comma in it. */
function frontendStatus(answer: string, frontend: string): string | undefined {
  const [, title = '', table = ''] = /^# (pxname,.*)\n([^]*)/m.exec(answer) ?? [];
  const columns = title.split(',');
  const rows = table.split('\n').map((line) => line.split(','));
  const row = rows.find(([proxy, server]) => proxy === frontend && server === 'FRONTEND');
  return row?.[columns.indexOf('status')];
}
