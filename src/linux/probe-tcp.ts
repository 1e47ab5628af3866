// `vrrpd probe tcp`: whether a port accepts connections.
// Nothing is said on them, and nothing is waited for.

import { once } from 'node:events';
import { connect } from 'node:net';
import type { Probe } from '../config/probe.js';
import type { Finding } from './finding.js';

type Tcp = Extract<Probe, { kind: 'tcp' }>;

export const nameOf = ({ host, port }: Tcp): string => `${host.includes(':') ? `[${host}]` : host}:${port}`;

/** Throws what the connection fails with. */
export async function probeTcp(probe: Tcp, signal: AbortSignal): Promise<Finding> {
  const { host, port } = probe;
  const socket = connect({ host, port, signal });
  // Of an error that comes later than the one that is waited for nobody wants to know.
  socket.on('error', () => undefined);
  try {
    await once(socket, 'connect', { signal });
    // On a host of its own, a port where nobody listens can be the one that the kernel picks for this end: then the
    // connection is made with itself. A reset leaves the port free for who is to listen on it.
    const isItself = socket.localPort === port && socket.localAddress === socket.remoteAddress;
    if (!isItself) return { ok: true, words: `${nameOf(probe)} accepts connections` };
    socket.resetAndDestroy();
    return { ok: false, words: `${nameOf(probe)}: nobody listens`, passing: true };
  } finally {
    socket.destroy();
  }
}
