// Who is at the other end of a Unix socket that Node.js accepted: the kernel's word, not the client's. unix(7), SO_PEERCRED
// It judges nobody.

import type { Socket } from 'node:net';
import { peerUser as userAt } from './native.js';

/** The user number of the process that connected; undefined when it is gone already. */
export function peerUser(socket: Socket): number | undefined {
  // Node.js has no public way to the descriptor of a socket.
  const { _handle: handle } = socket as unknown as { readonly _handle?: { readonly fd?: number } | null };
  return handle?.fd === undefined || handle.fd < 0 ? undefined : userAt(handle.fd);
}
