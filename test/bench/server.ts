// A program of its own: the server behind HAProxy. It greets whoever connects, answers each line with one line, and goes
// on saying something to who asks for that.

import { createServer } from 'node:net';
import { PORT, STREAM } from './service-plan.js';

/** Milliseconds. */
const STREAM_EVERY = 10;

createServer((connection) => {
  let stream: NodeJS.Timeout | undefined;
  connection.on('error', () => connection.destroy());
  connection.on('close', () => clearInterval(stream));
  connection.write('hello\n');
  connection.on('data', (text) => {
    if (text.toString() === STREAM) stream ??= setInterval(() => connection.write('more\n'), STREAM_EVERY);
    else connection.write('1\n');
  });
}).listen(PORT);
