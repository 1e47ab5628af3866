// What the control socket can be asked, and by whom: the status by all who get in, changes by root and by the user that the
// daemon runs as, who could do worse to it.
// It reads requests and words answers; the daemon does what is asked.

import { setTimeout as sleep } from 'node:timers/promises';
import { after, seconds, type Duration, type Instant } from '../time.js';
import type { Instance } from '../vrrp/instance.js';
import type { Router } from '../vrrp/router.js';
import type { Maintenance } from '../vrrp/surroundings.js';
import type { Request } from './control.js';

/** What the daemon does when it is asked to. */
export interface Asked {
  readonly router: () => Router;
  readonly now: () => Instant;
  readonly snapshot: () => unknown;
  readonly reload: () => Promise<unknown>;
  readonly failover: (name: string) => void;
  /** Undefined: it ends. Throws what the file system refuses, with nothing changed. */
  readonly maintain: (maintenance: Maintenance | undefined) => void;
}

/** The longest maintenance that has an end: a year. */
const LONGEST: Duration = seconds(365 * 86_400);
/** Nobody is waited for as long as this, and whoever asks waits a little longer. */
const RELEASE_MILLISECONDS = 4_000;

/** The answer as a plain value; undefined when there is no such command. */
export function answer({ command, user, words }: Request, asked: Asked): unknown {
  if (command === 'status') return asked.snapshot();
  if (!['reload', 'failover', 'maintenance'].includes(command)) return undefined;
  if (user === undefined || ![0, process.getuid?.()].includes(user))
    return {
      error: `only root and the daemon's own user may ask for ${command === 'maintenance' ? '' : 'a '}${command}`,
    };
  if (command === 'reload') return asked.reload();
  return command === 'failover' ? failover(words, asked) : maintenance(words, asked);
}

async function failover({ name }: Request['words'], { router, failover: yieldOnce }: Asked): Promise<unknown> {
  const { instances, groups } = router();
  const known = [...groups.keys(), ...instances.keys()];
  if (typeof name !== 'string') return { error: 'failover needs the name of an instance or of a sync group' };
  const one = instances.get(name);
  const members = groups.get(name)?.members ?? one?.group?.members ?? (one ? [one] : undefined);
  if (!members) return { error: `there is no instance or sync group ${name}; there is ${known.join(', ')}` };
  const masters = members.filter((member) => member.state.kind === 'MASTER');
  const [first] = members;
  if (masters.length === 0) return { error: `${name} ${isAt(first)}: it has no address to give up` };
  yieldOnce(name);
  await released(masters);
  if (masters.some(({ state }) => state.kind === 'MASTER'))
    return { error: `${name}: no other router took over, so the addresses stay here` };
  return { lines: [...masters.map(relief), 'They stay away until the other router falls silent'] };
}

const isAt = (instance: Instance | undefined): string =>
  instance?.state.kind === 'RELEASING' ? 'gives its addresses up already' : `is ${instance?.state.kind ?? 'empty'}`;

/** Until they have given their addresses up, or go on as MASTER since nobody took them. */
async function released(instances: readonly Instance[]): Promise<void> {
  const end = performance.now() + RELEASE_MILLISECONDS;
  while (performance.now() < end && instances.some(({ state }) => state.kind === 'RELEASING')) await sleep(20);
}

/** Who serves now. */
function relief({ config, state, master }: Instance): string {
  if (state.kind === 'RELEASING') return `${config.name}: the addresses are being given up`;
  const heir = master && master.priority > 0 ? `${master.address} has taken over` : 'no other router has taken over';
  return `${config.name}: the addresses are off this host; ${heir}`;
}

async function maintenance(
  { on, seconds: length }: Request['words'],
  { now, maintain, router }: Asked,
): Promise<unknown> {
  if (typeof on !== 'boolean') return { error: 'maintenance is on or off' };
  if (!on && length !== undefined) return { error: 'maintenance off takes no time: it ends at once' };
  const wasOn = router().surroundings.maintenance !== undefined;
  if (length !== undefined && (typeof length !== 'number' || !(length > 0) || length * 1_000_000 > LONGEST))
    return { error: 'maintenance lasts more than 0 seconds and a year at most' };
  const masters = [...router().instances.values()].filter(({ state }) => state.kind === 'MASTER');
  const until = length === undefined ? undefined : after(now(), seconds(length));
  try {
    maintain(on ? { ...(until !== undefined && { until }) } : undefined);
  } catch (error) {
    return { error: `maintenance can't be noted, so it would not outlive a restart: ${String(error)}` };
  }
  if (!on) return { lines: [wasOn ? 'maintenance is over: the election is as before' : 'there was no maintenance'] };
  await released(masters);
  return { lines: ['maintenance: this host does not become MASTER', ...masters.map(relief)] };
}
