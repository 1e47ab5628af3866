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

/** Of a recording, of both families: what it has of ARP it has of neighbour advertisements. */
export type Filter = 'vrrp' | 'vrrp or arp' | 'icmp';
/** In tcpdump's words, for which IPv6 has no VRRP, and an ICMP of its own. */
const FILTERS: Readonly<Record<Filter, string>> = {
  vrrp: 'vrrp or ip6 proto 112',
  'vrrp or arp': 'vrrp or ip6 proto 112 or arp or (icmp6 and ip6[40] == 136)',
  icmp: 'icmp or icmp6',
};

/** Writes what comes in from the host at a port into a capture file. */
export function recording(port: string, filter: Filter, file: string): string[] {
  if (noRealRoot) return recorder(port, filter, file);
  return tcpdump('-i', port, '-Q', 'in', '-U', '--nano', '-w', file, FILTERS[filter]);
}

/** Writes a line for each echo of an address, asked for or given: seconds, source, kind and number. */
export function echoes(name: string, address: string): string[] {
  if (noRealRoot) return recorder(name, `echoes of ${address}`);
  return tcpdump('-i', name, '-nn', '-e', '-tt', '-l', `(icmp or icmp6) and host ${address}`);
}
