// `npm run demo -- --interactive`: leaves the hosts running, and says how to enter them and what to try there. An hour at
// most: whoever forgets it finds nothing left of it.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Namespace } from '../lab/namespace.js';
import { noRealRoot } from '../lab/real-root.js';
import type { Layout } from './layout.js';
import { CONFIGURATION, HAPROXY_CONFIGURATION, INIT, LOG } from './node.js';
import { VIP } from './plan.js';
import type { View } from './view.js';

const HOUR = 3_600_000;
const SHELL = '/run/lab/shell';
/** The daemon's two names are in /run/lab, Node.js is where this one is. */
const SHELL_TEXT = `#!/bin/sh
PATH=/run/lab:${process.execPath.replace(/\/[^/]*$/, '')}:$PATH:/usr/sbin:/sbin:/usr/bin:/bin
PS1='\\h# '
export PATH PS1
cd /etc
exec bash --norc
`;

/** As systemd would start it again. */
const START = '/etc/init.d/vrrpd';
const START_TEXT = `#!/bin/sh
[ "$1" = start ] && setsid /run/lab/keepalived -n >> ${LOG} 2>&1 &
`;

const ON_A_NODE = [
  ['vrrpd status', 'who is MASTER, and why'],
  [`tail -f ${LOG}`, 'what the daemon says'],
  [`vi ${CONFIGURATION}`, 'change it ...'],
  ['vrrpd reload', '... and go over to it'],
  ['ip address show dev eth1', `whether ${VIP} is there`],
  ['killall haproxy', 'the check starts it again'],
  [`mv ${HAPROXY_CONFIGURATION} /tmp; killall haproxy`, ''],
  ['', 'broken: vrrpd ends, the address moves'],
  [`mv /tmp/haproxy.cfg /etc/haproxy; ${INIT} start`, ''],
  [`${START} start`, 'repaired, and vrrpd is back'],
] as const;
const ON_THE_CLIENT = [[`ping ${VIP}`, 'what the others get']] as const;

/** Said before anything else. */
export const BOUND = 'Starting. It runs until Ctrl-C here, for an hour at most; then all is gone.';

/** Returns after an hour. */
export async function stay(layout: Layout, view: View): Promise<void> {
  const hosts = [...layout.nodes.map(({ host }) => host), layout.client];
  for (const { namespace } of hosts) await namespace.write(SHELL, SHELL_TEXT, { mode: 0o755 });
  for (const { host } of layout.nodes) await host.namespace.write(START, START_TEXT, { mode: 0o755 });
  const who = noRealRoot ? 'as the same user' : 'as root';
  view.say([
    '',
    `Enter a host in another terminal, ${who}:`,
    ...hosts.flatMap(({ name, namespace }) => [`  ${name}`, `    ${entering(namespace)}`]),
    '',
    `Try on the first two; the address is ${VIP}:`,
    ...ON_A_NODE.map(told),
    '',
    'Try on the client:',
    ...ON_THE_CLIENT.map(told),
    '',
  ]);
  await sleep(HOUR);
  console.log('\nthe hour is over: the hosts are gone');
}

const told = ([command, effect]: readonly [string, string]): string => `  ${command.padEnd(38)} ${effect}`.trimEnd();

/** A user namespace is entered first: only in it is the user allowed the others. */
function entering({ pid }: Namespace): string {
  const user = noRealRoot ? '-U --preserve-credentials ' : '';
  return `nsenter -t ${pid} ${user}-n -m -p -u ${SHELL}`;
}
