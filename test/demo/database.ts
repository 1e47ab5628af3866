// A program of its own: stands in for a database behind HAProxy. It greets whoever connects by the name in its argument
// and answers each line with one line.

import { createServer } from 'node:net';
import { DATABASE_PORT } from './plan.js';

const name = process.argv[2] ?? '';
createServer((connection) => {
  connection.on('error', () => connection.destroy());
  connection.write(`${name}\n`);
  connection.on('data', () => connection.write('1\n'));
}).listen(DATABASE_PORT);
