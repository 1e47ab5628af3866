// What the control socket can be asked, and by whom: the status by all who get in, changes by root and by the user that the
// daemon runs as, who could do worse to it.
// It reads requests and words answers; the daemon does what is asked.

import { after, seconds, type Duration, type Instant } from '../time.js';
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

function failover({ name }: Request['words'], { router, failover: yieldOnce }: Asked): unknown {
  const { instances, groups } = router();
  const known = [...groups.keys(), ...instances.keys()];
  if (typeof name !== 'string') return { error: 'failover needs the name of an instance or of a sync group' };
  const one = instances.get(name);
  const members = groups.get(name)?.members ?? one?.group?.members ?? (one ? [one] : undefined);
  if (!members) return { error: `there is no instance or sync group ${name}; there is ${known.join(', ')}` };
  const masters = members.filter((member) => member.state.kind === 'MASTER');
  const [first] = members;
  if (masters.length === 0)
    return { error: `${name} is ${first?.state.kind ?? 'empty'}: it has no address to give up` };
  yieldOnce(name);
  const names = masters.map(({ config }) => config.name).join(', ');
  return { lines: [`${names}: gave the addresses up; they stay away until the other router falls silent`] };
}

function maintenance({ on, seconds: length }: Request['words'], { now, maintain, router }: Asked): unknown {
  if (typeof on !== 'boolean') return { error: 'maintenance is on or off' };
  if (!on && length !== undefined) return { error: 'maintenance off takes no time: it ends at once' };
  const wasOn = router().surroundings.maintenance !== undefined;
  if (length !== undefined && (typeof length !== 'number' || !(length > 0) || length * 1_000_000 > LONGEST))
    return { error: 'maintenance lasts more than 0 seconds and a year at most' };
  const until = length === undefined ? undefined : after(now(), seconds(length));
  try {
    maintain(on ? { ...(until !== undefined && { until }) } : undefined);
  } catch (error) {
    return { error: `maintenance can't be noted, so it would not outlive a restart: ${String(error)}` };
  }
  if (!on) return { lines: [wasOn ? 'maintenance is over: the election is as before' : 'there was no maintenance'] };
  return { lines: ['maintenance: this host gives its addresses up and does not become MASTER'] };
}
