// The control socket's reader of requests, over a real socket: whatever a client sends, each line has one line of JSON for an
// answer, what is asked for is within its limits, and the server serves the next client. And the client's reader of answers.

import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask } from '../../src/cli/ask.js';
import { answer, type Asked } from '../../src/daemon/answers.js';
import { ControlServer } from '../../src/daemon/control.js';
import { CommandFailure } from '../../src/daemon/exit-code.js';
import { instant, seconds } from '../../src/time.js';
import type { Maintenance } from '../../src/vrrp/surroundings.js';
import { anInstance, TestHost } from '../vrrp/host.js';
import { inTime, must, Violation, wordsOf, type Target } from './target.js';

const folder = mkdtempSync(join(tmpdir(), 'vrrpd-fuzz-'));
const PATH = join(folder, 'control.sock');
const ANSWERS_PATH = join(folder, 'answers.sock');
const NOW = instant(1_000_000_000);
const YEAR = seconds(365 * 86_400);
const ANSWERED = /\{"(?:error|lines|status)":/;

const host = new TestHost({ instances: [anInstance()] });
host.start();
host.pass(seconds(5));

function maintain(maintenance: Maintenance | undefined): void {
  const { until = NOW } = maintenance ?? {};
  must(Number.isSafeInteger(until) && until >= NOW && until <= NOW + YEAR, `maintenance until ${until}`);
}
const asked: Asked = {
  router: () => host.router,
  now: () => NOW,
  snapshot: () => ({ status: 1 }),
  reload: () => Promise.resolve({ lines: ['reloaded'] }),
  failover: (name) => must(name === 'VI_1', `a failover of ${name}`),
  maintain,
};
/** What was wrong with a request, of which its client was told otherwise. */
let violation: unknown;
let opened: Promise<ControlServer | 'live'> | undefined;
const open = (): Promise<unknown> =>
  (opened ??= ControlServer.open(PATH, (request) => {
    try {
      return answer(request, asked);
    } catch (error) {
      violation = error;
      return { error: 'a violation' };
    }
  }));

let replies: Server | undefined;
let reply: Buffer = Buffer.alloc(0);
const openReplies = (): Promise<unknown> =>
  new Promise((resolve) => {
    if (replies) resolve(undefined);
    else
      replies = createServer((socket) => {
        socket.on('error', () => socket.destroy()).once('data', () => socket.end(reply));
      }).listen(ANSWERS_PATH, () => resolve(undefined));
  });

/** Nothing is left of the servers and their folder. */
export async function closeControl(): Promise<void> {
  const control = await opened;
  if (control !== undefined && control !== 'live') control.close();
  replies?.close();
  rmSync(folder, { recursive: true, force: true });
}

/** All that comes back for these octets, once they are sent and the connection is over. */
const answersTo = (octets: Buffer): Promise<string> =>
  new Promise((resolve) => {
    let text = '';
    const client = connect(PATH, () => client.end(octets));
    client.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    client.on('error', () => undefined).on('close', () => resolve(text));
  });

const REQUESTS = [
  '{"command":"status"}',
  '{"command":"reload"}',
  '{"command":"failover","name":"VI_1"}',
  '{"command":"maintenance","on":true,"seconds":90}',
  '{"command":"maintenance","on":true}',
  '{"command":"maintenance","on":false}',
] as const;
const WORDS = [
  ...wordsOf('"command" "status" "failover" "maintenance" "seconds" "on" "name" "__proto__" "constructor" "toString"'),
  ...wordsOf('true false null -1 1e-9 1e308 31536000 31536001 {} [] [[ {"a": , : } ] \\u0000 \\ud800 "x"'),
  '\n',
  '\r\n',
];

export const requests: Target = {
  name: 'requests',
  share: 0.5,
  seeds: [],
  words: WORDS,
  input: (random) =>
    Buffer.from(`${[random.pick(REQUESTS), ...random.list(3, () => random.pick(REQUESTS))].join('\n')}\n`),
  check: async (input) => {
    await open();
    violation = undefined;
    const lines = (await inTime('an answer', answersTo(input))).split('\n');
    if (violation instanceof Error) throw violation;
    must(lines.pop() === '', 'an answer ends with its line');
    const asked = input.toString('utf8').split('\n');
    // The last one has no end: it is no request, unless it is too long for one.
    const tooLong = (asked.pop() ?? '').length > 4_096;
    must(lines.length <= asked.length + (tooLong ? 2 : 0), 'a line for each request');
    must(tooLong || lines.length === asked.length, `${asked.length} requests have ${lines.length} answers`);
    for (const line of lines) must(ANSWERED.test(line) && line.length < 1_000, `an answer is ${line.slice(0, 60)}`);
  },
};

const ANSWERS = [
  '{"status":1,"instances":[]}',
  '{"error":"no such command: x"}',
  '{"reloaded":true,"lines":["a"]}',
] as const;

export const answers: Target = {
  name: 'answers',
  share: 1,
  seeds: [],
  words: WORDS,
  input: (random) => Buffer.from(`${random.pick(ANSWERS)}\n`),
  check: async (input) => {
    await openReplies();
    reply = input;
    try {
      const value: unknown = await inTime('ask()', ask({ socket: ANSWERS_PATH, command: 'status', patience: 9_000 }));
      must(typeof value === 'object' && value !== null && !Array.isArray(value), 'an answer is an object');
    } catch (error) {
      if (error instanceof Violation || !(error instanceof CommandFailure)) throw error;
      must(error.lines.length > 0 && error.lines.every((line) => line.length < 1_000), 'a failure has its words');
    }
  },
};
