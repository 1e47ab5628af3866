// The capabilities that vrrpd needs, and the ambient ones that its scripts must not inherit. It only looks and gives away;
// what follows from a missing one is decided elsewhere. capabilities(7)

import { readFileSync } from 'node:fs';
import { clearAmbientCapabilities, raiseAmbientCapability } from './native.js';

/** Bit numbers of capabilities(7), from linux/capability.h. */
const NEEDED = { CAP_NET_ADMIN: 12, CAP_NET_RAW: 13 } as const;
export type Capability = keyof typeof NEEDED;

/** Those needed that the process does not have; `status` is the text of /proc/self/status. */
export function missingCapabilities(status: string = readFileSync('/proc/self/status', 'utf8')): Capability[] {
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  return (Object.keys(NEEDED) as Capability[]).filter((name) => ((effective >> BigInt(NEEDED[name])) & 1n) === 0n);
}

/** Child processes started from now on inherit no capability; this process keeps its own. */
export const clearAmbient = clearAmbientCapabilities;

/** What `start` starts may change the network as this process may. */
export function handOnNetAdmin(start: () => void): void {
  try {
    raiseAmbientCapability(NEEDED.CAP_NET_ADMIN);
  } catch {
    // It is not inheritable: root's may change it anyway, and another's is refused and says so.
  }
  try {
    start();
  } finally {
    clearAmbient();
  }
}
