// What services answer to probes, over real sockets: HAProxy's stats socket and HTTP. Whatever they say, there is a finding in
// one line, and a good one only where the answer says so. HAProxy management guide §§ 9.1, 9.3; RFC 9112

import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Finding } from '../../src/linux/finding.js';
import { hindrance } from '../../src/linux/finding.js';
import { oneLine } from '../../src/linux/line.js';
import { probeHaproxy } from '../../src/linux/probe-haproxy.js';
import { probeHttp } from '../../src/linux/probe-http.js';
import { inTime, must, wordsOf, type Target } from './target.js';

const folder = mkdtempSync(join(tmpdir(), 'vrrpd-fuzz-'));
const SOCKET = join(folder, 'haproxy.sock');
let answer: Buffer = Buffer.alloc(0);
const servers = new Map<string, Promise<Server>>();

/** Listens at the path, or at any port, and says `answer` to whoever asks. */
function listening(where: string): Promise<Server> {
  const there = servers.get(where);
  if (there) return there;
  const server = createServer((client) => {
    client.on('error', () => client.destroy()).once('data', () => client.end(answer));
  });
  const opened = new Promise<Server>((resolve) => {
    if (where === 'http') server.listen(0, '127.0.0.1', () => resolve(server));
    else server.listen(where, () => resolve(server));
  });
  servers.set(where, opened);
  return opened;
}

export async function closeProbes(): Promise<void> {
  for (const server of await Promise.all(servers.values())) server.close();
  rmSync(folder, { recursive: true, force: true });
}

async function findingOf(probe: (signal: AbortSignal) => Promise<Finding>): Promise<Finding> {
  const end = new AbortController();
  try {
    return await inTime('a probe', probe(end.signal));
  } catch (error) {
    must(!(error instanceof TypeError) && !(error instanceof RangeError), `thrown: ${String(error)}`);
    return hindrance('x', error);
  } finally {
    end.abort();
  }
}

function checkWords({ words }: Finding): void {
  const line = oneLine(words);
  must(line !== '' && line.length <= 200 && !/\p{Cc}/u.test(line), 'a finding is a line');
}

const INFO = 'Name: HAProxy\nVersion: 2.6.12-1+deb12u3\nStopping: 0\nUptime: 0d 0h00m05s\n\n';
const STAT = `# pxname,svname,qcur,qmax,scur,smax,slim,stot,status,weight,
front,FRONTEND,,,0,0,2000,0,OPEN,,
stats,FRONTEND,,,0,0,2000,0,STOP,,

`;

export const haproxy: Target = {
  name: 'haproxy',
  share: 1,
  seeds: [Buffer.from(INFO + STAT)],
  words: [...wordsOf('# pxname, svname, status, FRONTEND OPEN Version: Stopping: front, ,,'), '\n\n', 'Stopping: 1\n'],
  input: (random) => Buffer.from(random.chance(4) ? INFO : INFO + STAT),
  check: async (input) => {
    await listening(SOCKET);
    answer = input;
    const frontend = input.length % 4 === 0 ? undefined : 'front';
    const probe = { kind: 'haproxy', socket: SOCKET, ...(frontend !== undefined && { frontend }) } as const;
    const finding = await findingOf((signal) => probeHaproxy(probe, signal));
    checkWords(finding);
    if (!finding.ok) return;
    const lines = input.toString('utf8').split(/[\n\r\u2028\u2029]/);
    must(
      lines.some((line) => line.startsWith('Version: ')),
      'without a version it is no HAProxy',
    );
    must(lines.find((line) => line.startsWith('Stopping: ')) !== 'Stopping: 1', 'it is not stopping');
    const isOpen = input
      .toString('utf8')
      .split('\n')
      .some((line) => line.startsWith('front,FRONTEND,') && line.includes(',OPEN'));
    must(frontend === undefined || isOpen, 'the frontend is open');
  },
};

const PAGES = [
  'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok',
  'HTTP/1.0 200 OK\r\n\r\nall is ok',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
  'HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n',
  'HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n',
  'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
] as const;

export const http: Target = {
  name: 'http',
  share: 0.5,
  seeds: PAGES.map((page) => Buffer.from(page)),
  words: [
    ...wordsOf('HTTP/1.1 200 ok 101 Content-Length: Transfer-Encoding: chunked gzip Upgrade: 204 304 100'),
    '\r\n\r\n',
    '\r\n',
    'ffffffffffffffff\r\n',
  ],
  input: (random) => Buffer.from(random.pick(PAGES)),
  check: async (input) => {
    const { port } = (await listening('http')).address() as AddressInfo;
    answer = input;
    const match = input.length % 2 === 0 ? 'ok' : undefined;
    const url = `http://127.0.0.1:${port}/`;
    const probe = { kind: 'http', url, status: 200, ...(match !== undefined && { match }) } as const;
    const finding = await findingOf((signal) => probeHttp(probe, signal));
    checkWords(finding);
    if (!finding.ok) return;
    const text = input.toString('latin1');
    must(/HTTP\/\d\.\d 200/.test(text), 'the status is as wanted');
    // Chunks may tear it apart.
    must(match === undefined || text.includes(match) || /chunked/i.test(text), 'the text is there');
  },
};
