// Why an instance is in the state it is in: a value that is kept, shown in the status and written in the log line of the
// transition. Policy: every transition has one. Words only; no decision is made here.

import type { Family, IpAddress } from '../address.js';
import type { ScriptOutcome } from '../track/script.js';
import { describeOutcome } from '../track/script.js';
import { describeDuration, type Duration } from '../time.js';

/** Something that keeps an instance out of the election. */
export type FaultReason =
  | OwnFault
  /** In a sync group the fault of one is the fault of all. */
  | { readonly kind: 'member-failed'; readonly member: string; readonly fault: OwnFault };

/** A fault that is not another's. */
export type OwnFault =
  | { readonly kind: 'no-interface'; readonly interface: string }
  | { readonly kind: 'link-down'; readonly interface: string }
  | { readonly kind: 'no-address'; readonly interface: string; readonly family: Family }
  /** What adverts have to come from is not on this host. */
  | { readonly kind: 'no-source'; readonly source: IpAddress }
  /** Adverts are to be unicast, and nobody is named. */
  | { readonly kind: 'no-peer' }
  | { readonly kind: 'cannot-open'; readonly interface: string; readonly error: string }
  | { readonly kind: 'script-failed'; readonly script: string; readonly outcome?: ScriptOutcome }
  /** Tracked with `reverse`. */
  | { readonly kind: 'link-up'; readonly interface: string }
  | { readonly kind: 'file-says'; readonly file: string; readonly value: number }
  | { readonly kind: 'process-failed'; readonly process: string; readonly words: string };

export type Reason =
  | FaultReason
  | { readonly kind: 'started' }
  | { readonly kind: 'checks-passed' }
  | { readonly kind: 'fault-over'; readonly fault: FaultReason }
  | { readonly kind: 'owner' }
  | { readonly kind: 'nobody-heard'; readonly silence: Duration; readonly ours: number }
  | {
      readonly kind: 'master-silent';
      readonly master: IpAddress;
      readonly silence: Duration;
      readonly theirs: number;
      readonly ours: number;
    }
  | { readonly kind: 'master-left'; readonly master: IpAddress; readonly ours: number }
  | { readonly kind: 'preempted'; readonly master: IpAddress; readonly theirs: number; readonly ours: number }
  | { readonly kind: 'better-heard'; readonly master: IpAddress; readonly theirs: number; readonly ours: number }
  /** Another member of the sync group did the same. */
  | { readonly kind: 'synced'; readonly group: string; readonly member: string }
  /** It was asked to. */
  | { readonly kind: 'yielded'; readonly cause: 'failover' | 'maintenance' }
  /** Somebody on this host goes on removing an address. */
  | { readonly kind: 'fought'; readonly address: IpAddress; readonly interface: string; readonly times: number }
  /** The process stood still, and another router has taken over meanwhile; unheard, when its link was down too. */
  | {
      readonly kind: 'stood-still';
      readonly silence: Duration;
      readonly master?: { readonly address: IpAddress; readonly priority: number };
    }
  /** After a crash, before anybody could take over. */
  | { readonly kind: 'resumed'; readonly silence: Duration }
  | { readonly kind: 'stopped'; readonly cause: string };

/** The reason in the operator's words, without a full stop. */
export function describeReason(reason: Reason): string {
  switch (reason.kind) {
    case 'no-interface':
      return `there is no interface ${reason.interface}`;
    case 'link-down':
      return `${reason.interface} is down`;
    case 'no-address':
      return reason.family === 'ipv4'
        ? `${reason.interface} has no IPv4 address to send from`
        : `${reason.interface} has no link-local address yet to send from`;
    case 'no-source':
      return `${reason.source}, the source of its adverts, is not on this host`;
    case 'no-peer':
      return 'it has no unicast peer';
    case 'cannot-open':
      return `cannot listen on ${reason.interface}: ${reason.error}`;
    case 'script-failed':
      return `${reason.script} failed${reason.outcome ? ` (${describeOutcome(reason.outcome)})` : ' (init_fail)'}`;
    case 'link-up':
      return `${reason.interface} is up`;
    case 'file-says':
      return `${reason.file} holds ${reason.value}`;
    case 'process-failed':
      return `${reason.process} failed (${reason.words})`;
    case 'member-failed':
      return `${reason.member} of the same sync group failed: ${describeReason(reason.fault)}`;
    case 'synced':
      return `${reason.member} of the sync group ${reason.group} did the same`;
    case 'yielded':
      return reason.cause === 'failover' ? 'asked to yield (vrrpd failover)' : 'maintenance has begun';
    case 'fought':
      return `${reason.address} was removed from ${reason.interface} ${reason.times} times in 10 s by somebody on this host`;
    case 'stood-still':
      return `stood still for ${describeDuration(reason.silence)}, and ${describeSuccessor(reason.master)}`;
    case 'resumed':
      return `back ${describeDuration(reason.silence)} after its last advert, before anybody could take over`;
    case 'started':
      return 'started';
    case 'checks-passed':
      return 'started, and what was waited for has passed';
    case 'fault-over':
      return describeRecovery(reason.fault);
    case 'owner':
      return 'this router owns the address (priority 255)';
    case 'nobody-heard':
      return `no advert heard for ${describeDuration(reason.silence)} (${reason.ours} here)`;
    case 'master-silent':
      return (
        `no advert from ${reason.master} for ${describeDuration(reason.silence)} ` +
        `(${reason.theirs} there, ${reason.ours} here)`
      );
    case 'master-left':
      return `${reason.master} left with priority 0 (${reason.ours} here)`;
    case 'preempted':
      return `${reason.master} has only priority ${reason.theirs}, ours ${reason.ours}`;
    case 'better-heard':
      return (
        `heard ${reason.master} with priority ${reason.theirs}, ours ${reason.ours}` +
        (reason.theirs === reason.ours ? '; the higher address wins' : '')
      );
    case 'stopped':
      return reason.cause;
  }
}

const describeSuccessor = (master: { address: IpAddress; priority: number } | undefined): string =>
  master ? `${master.address} serves with priority ${master.priority}` : 'nothing was to be heard meanwhile';

function describeRecovery(fault: FaultReason): string {
  switch (fault.kind) {
    case 'no-interface':
      return `${fault.interface} is there`;
    case 'link-down':
      return `${fault.interface} is up again`;
    case 'no-address':
      return `${fault.interface} has ${fault.family === 'ipv4' ? 'an' : 'a link-local'} address again`;
    case 'no-source':
      return `${fault.source} is on this host again`;
    case 'no-peer':
      return 'it has a unicast peer';
    case 'cannot-open':
      return `${fault.interface} can be listened on again`;
    case 'script-failed':
      return `${fault.script} succeeded`;
    case 'link-up':
      return `${fault.interface} is down again`;
    case 'file-says':
      return `${fault.file} no longer holds ${fault.value}`;
    case 'process-failed':
      return `${fault.process} is there again`;
    case 'member-failed':
      return `in the whole sync group: ${describeRecovery(fault.fault)}`;
  }
}
