// A program of its own that runs on a host of the lab: each line of its input, an Ethernet frame in hexadecimal, goes out
// of the interface with the index in its argument as it is. It builds and checks nothing.

import { createInterface } from 'node:readline';
import { FrameSocket } from '../../src/linux/frame-socket.js';

const ifindex = Number(process.argv[2]);
const socket = new FrameSocket();
createInterface(process.stdin).on('line', (line) => {
  const refused = socket.send(ifindex, [Buffer.from(line, 'hex')]);
  if (refused) console.error(`refused: ${refused.message}`);
});
console.error('ready');
