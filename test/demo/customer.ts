// A program of its own: a database client that keeps connecting to the address of the pair, 20 times a second, and now
// and then looks at the status page. It tells each outcome as one line of JSON on its output and judges none.

import { get } from 'node:http';
import { connect } from 'node:net';
import { DATABASE_PORT, STATUS_PATH, STATUS_PORT, VIP } from './plan.js';

/** A line of the output. */
export type Outcome =
  | {
      readonly kind: 'request';
      /** Milliseconds since 1970, when it began. */ readonly at: number;
      readonly ok: boolean;
    }
  | { readonly kind: 'page'; readonly node: string };

const REQUEST_EVERY = 50;
const PAGE_EVERY = 500;
/** Milliseconds. A request without an answer by then has failed. */
const PATIENCE = 1_000;

const tell = (outcome: Outcome): void => console.log(JSON.stringify(outcome));

/** Connects, waits for the greeting, asks once, waits for the answer: the greeting's line and the answer's. */
function request(): void {
  const at = Date.now();
  let heard = '';
  const connection = connect({ host: VIP, port: DATABASE_PORT });
  const timer = setTimeout(() => connection.destroy(), PATIENCE);
  connection.on('error', () => connection.destroy());
  connection.on('data', (chunk) => {
    if (heard === '') connection.write('select 1\n');
    heard += chunk.toString();
    if (heard.split('\n').length > 2) connection.destroy();
  });
  connection.on('close', () => {
    clearTimeout(timer);
    tell({ kind: 'request', at, ok: heard.split('\n').length > 2 });
  });
}

function page(): void {
  const asked = get({ host: VIP, port: STATUS_PORT, path: STATUS_PATH, agent: false, timeout: PATIENCE }, (answer) => {
    let text = '';
    answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
    answer.on('end', () => {
      const [, node] = /<title>Statistics Report for HAProxy on (\S+)<\/title>/.exec(text) ?? [];
      if (node !== undefined) tell({ kind: 'page', node });
    });
  });
  asked.on('timeout', () => asked.destroy());
  asked.on('error', () => asked.destroy());
}

setInterval(request, REQUEST_EVERY);
setInterval(page, PAGE_EVERY);
