// A host of the lab with a mail server: what comes in at its port 25 goes to the sink, which lives in this program.

import { logged } from './lone-host.js';
import type { Namespace } from './namespace.js';
import { SmtpSink } from './smtp-sink.js';

const SOCKET = '/run/sink';
const RELAY = `const { connect, createServer } = require('node:net');
createServer((client) => {
  const server = connect('${SOCKET}');
  client.pipe(server).pipe(client);
  for (const end of [client, server]) end.on('error', () => undefined);
}).listen(25, () => console.log('ready'));`;

/** Goes away with the host and with this program's end of it. */
export async function mailServer(on: Namespace): Promise<SmtpSink> {
  const sink = await SmtpSink.listen(on.outside(SOCKET));
  const relay = on.start(['env', '-u', 'NODE_OPTIONS', process.execPath, '--eval', RELAY]);
  await logged(relay, 'ready');
  return sink;
}
