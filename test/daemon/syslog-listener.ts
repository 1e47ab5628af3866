// Run by the log's test inside a machine: takes syslog's place at /dev/log and prints what comes in, a line each.

import { AF_UNIX, SOCK_DGRAM, Socket, unixAddress } from '../../src/linux/native.js';

const socket = new Socket(AF_UNIX, SOCK_DGRAM, 0);
const into = Buffer.alloc(1_000);
socket.bind(unixAddress('/dev/log'));
socket.watch(() => {
  for (let got = socket.receive(into); got !== undefined; got = socket.receive(into))
    console.log(into.toString('utf8', 0, got.length));
});
console.log('ready');
