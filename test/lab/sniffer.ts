// How the lab listens on an interface: the command lines of tcpdump, or of the recorder where tcpdump can't run, since it
// gives up being root, which the root of a user namespace may not. Both say "listening on" when they are ready.

import path from 'node:path';
import { projectRoot } from './daemon.js';
import { noRealRoot } from './real-root.js';

const recorder = (...args: string[]): string[] => [
  process.execPath,
  path.join(projectRoot(), 'dist/recorder.js'),
  ...args,
];
/** With the usual snapshot length the ring has room for eight packets. */
const tcpdump = (...args: string[]): string[] => [
  'tcpdump',
  '-Z',
  'root',
  '--immediate-mode',
  '-s',
  '1600',
  '-B',
  '8192',
  ...args,
];

/** Of a recording. */
export type Filter = 'vrrp' | 'vrrp or arp' | 'icmp';

/** Writes what comes in from the host at a port into a capture file. */
export function recording(port: string, filter: Filter, file: string): string[] {
  if (noRealRoot) return recorder(port, filter, file);
  return tcpdump('-i', port, '-Q', 'in', '-U', '--nano', '-w', file, filter);
}

/** Writes a line for each echo of an address, asked for or given: seconds, source, kind and number. */
export function echoes(name: string, address: string): string[] {
  const filter = `icmp and host ${address}`;
  if (noRealRoot) return recorder(name, filter);
  return tcpdump('-i', name, '-nn', '-e', '-tt', '-l', filter);
}
