// Starts a VRRP daemon on a host of the lab: this project's, or the keepalived or FRR that is installed. Each runs in the
// foreground with the host's own configuration file and is ended with the lab at the latest.

import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { FRR_COMMAND, FRR_CONFIGURATION } from './frr.js';
import type { Host } from './host.js';
import type { Job } from './job.js';

/** Which program, and under what name the scripts of the host find it. */
export type Daemon = 'vrrpd' | 'vrrpd called keepalived' | 'keepalived' | 'frr';

/** The folder of package.json, found from here as well as from a bundle in dist/. */
export function projectRoot(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  while (!existsSync(path.join(folder, 'package.json'))) folder = path.dirname(folder);
  return folder;
}

/** Writes the configuration, when one is given, and starts the daemon. */
export async function startDaemon(host: Host, daemon: Daemon, configuration?: string): Promise<Job> {
  const file = daemon === 'frr' ? FRR_CONFIGURATION : '/etc/keepalived/keepalived.conf';
  if (configuration !== undefined) await host.namespace.write(file, configuration);
  return host.namespace.start(await daemonCommand(host, daemon));
}

/** The command line that starts the daemon on the host. */
export async function daemonCommand(host: Host, daemon: Daemon): Promise<string[]> {
  switch (daemon) {
    case 'keepalived':
      return ['keepalived', '-n', '-l', '-D'];
    case 'frr':
      return FRR_COMMAND;
    case 'vrrpd called keepalived':
      return [await link(host, 'keepalived'), '-n'];
    case 'vrrpd':
      return [await link(host, 'vrrpd')];
  }
}

/** The program as it is installed: a link under each of its names; the path of the one. */
async function link(host: Host, name: 'vrrpd' | 'keepalived'): Promise<string> {
  for (const one of ['vrrpd', 'keepalived'])
    await host.namespace.run('ln', '-sf', path.join(projectRoot(), 'dist/vrrpd.cjs'), `/run/lab/${one}`);
  return `/run/lab/${name}`;
}
