// What an operator should notice in the outcome of an act: why the hole is as long as it is, who drops whose adverts,
// two owners, a check that moves nothing. It words what was played and plays nothing.

import type { VrrpInstance } from '../config/model.js';
import { inSeconds, milliseconds, describeDuration, type Duration } from '../time.js';
import { masterDownInterval, skewTime } from '../vrrp/timers.js';
import type { Command } from './story.js';
import type { Outcome, Played, Standing } from './trial.js';

/** What is shorter nobody notices; two owners for one network delay are legal. */
const NOTICEABLE = milliseconds(10);

/** A line each, the worst first; hosts and numbers are named as they are in the transcript. */
export function notesOf({ act }: Pick<Played, 'act'>, outcome: Outcome): string[] {
  return [
    ...drops(outcome),
    ...owners(outcome),
    ...refusal(outcome),
    ...hole(outcome),
    ...connections(outcome),
    ...faults(act.commands, outcome),
    ...election(act.commands, outcome),
  ];
}

const drops = ({ standings }: Outcome): string[] =>
  standings.flatMap(({ host, drops }) =>
    drops.length === 0 ? [] : [`${host} drops the others' adverts: ${drops.join(', ')}`],
  );

function owners({ after, doubled, standings }: Outcome): string[] {
  const left = standings.find(({ host, state }) => after.length > 1 && after.includes(host) && state === undefined);
  if (left) return [`${left.host} still has it, and no daemon runs there`];
  if (after.length > 1) return [`${listed(after)} have it at once`];
  return doubled > NOTICEABLE ? [`two hosts had it for ${describeHole(doubled)}`] : [];
}

/** Told once of each holder: the host has the address and answers for it, but not what is sent to it. */
function refusal({ before, answeredBy, standings }: Outcome): string[] {
  const holder = standings.find(({ host }) => host === answeredBy);
  if (holder === undefined || holder.instance.accept || before[0] === holder.host) return [];
  const why = holder.instance.places.no_accept === undefined ? 'strict mode' : 'no_accept';
  return [`${holder.host} drops what clients send to it: ${why}`];
}

function hole({ hole, longest, astray, answeredBy, before, after, standings }: Outcome): string[] {
  const heir = standings.find(({ host }) => host === answeredBy);
  const former = standings.find(({ host }) => host === before[0]) ?? heir;
  if (answeredBy === undefined) return after.length === 0 ? [] : ['clients ask a host that does not have it (ARP)'];
  if (hole <= NOTICEABLE) return [];
  const pieces = hole - longest > NOTICEABLE ? [`at most ${describeHole(longest)} at a stretch`] : [];
  const stale =
    astray > NOTICEABLE ? [`for ${describeHole(astray)} a host had it that the clients did not ask (ARP)`] : [];
  return [...(heir && former ? ownTime(heir, former.instance, longest) : []), ...pieces, ...stale];
}

/** Only where somebody could have told them. */
const connections = ({ hangsAt }: Outcome): string[] =>
  hangsAt === undefined ? [] : [`connections to ${hangsAt} hang where the client only listens`];

/**
 * A hole that RFC 3768 § 6.1 or RFC 5798 § 6.1 itself makes, by the interval of the former master; what silences that one
 * between two adverts costs less by the time since.
 */
function ownTime(
  { instance, priority = instance.priority }: Standing,
  { advertInt }: VrrpInstance,
  hole: Duration,
): string[] {
  const { version, downTimerAdverts } = instance;
  const basis = { version, priority, masterAdvertInt: advertInt, downTimerAdverts };
  const [longest, skew] = [masterDownInterval(basis), skewTime(basis)];
  if (hole >= longest - advertInt && hole <= longest + NOTICEABLE)
    return [`the protocol's own time with advert_int ${inSeconds(advertInt)}`];
  return Math.abs(hole - skew) <= NOTICEABLE ? [`the protocol's own time: the skew of priority ${priority}`] : [];
}

/** But for those whose cable has just been pulled. */
const faults = (commands: readonly Command[], { standings }: Outcome): string[] =>
  standings.flatMap(({ host, state }) =>
    state === 'FAULT' && !commands.some((command) => command.kind === 'link' && command.host === host)
      ? [`${host} is in FAULT`]
      : [],
  );

function election(commands: readonly Command[], { before, after, standings }: Outcome): string[] {
  const of = (name: string | undefined): Standing | undefined => standings.find(({ host }) => host === name);
  const [holder, heir] = [of(before[0]), of(after[0])];
  if (!heir || before.length > 1 || after.length > 1) return [];
  if (holder && holder !== heir) return holder.state === 'BACKUP' ? [against(heir, holder)] : [];
  const best = bestOf(standings.filter((one) => one !== heir && one.state === 'BACKUP'));
  if (!best) return [];
  const [ours = 0, theirs = 0] = [heir.priority, best.priority];
  const failed = commands.find((command) => isFailure(command, heir));
  if (failed) return [`${nameOf(failed)} moves nothing: ${ours} against ${theirs}${keeps(best, ours)}`];
  return theirs > ours ? [`${best.host} has ${theirs} against ${ours}${keeps(best, ours)}`] : [];
}

/** Why the better one leaves it to the other. */
function keeps({ priority = 0, instance }: Standing, ours: number): string {
  if (priority <= ours) return '';
  if (instance.nopreempt) return ', but nopreempt';
  return instance.preemptDelay > 0 ? ', but preempt_delay' : '';
}

const against = ({ host, priority: ours = 0 }: Standing, { priority: theirs = 0 }: Standing): string =>
  ours === theirs ? `both ${ours}: the higher address wins` : `${host} takes it: ${ours} against ${theirs}`;

const bestOf = (standings: readonly Standing[]): Standing | undefined =>
  standings.toSorted((one, other) => (other.priority ?? 0) - (one.priority ?? 0))[0];

const isFailure = (command: Command, { host }: Standing): boolean =>
  'host' in command &&
  command.host === host &&
  ((command.kind === 'check' && command.end !== 'succeeds') || (command.kind === 'process' && command.count === 0));

function nameOf(command: Command): string {
  if (command.kind === 'check') return command.script;
  return command.kind === 'process' ? command.name : command.kind;
}

/** "a and b", "a, b and c" */
const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;

/** "none", "563 ms", "3.57 s", "5 m 3 s" */
export function describeHole(duration: Duration): string {
  if (duration < milliseconds(1)) return 'none';
  const length = inSeconds(duration);
  return length < 1 || length >= 60 ? describeDuration(duration) : `${length.toFixed(2)} s`;
}
