// A sync group: instances that change their state together, and the state of the whole that those outside are told.
// keepalived.conf(5): VRRP synchronization group(s). What follows for a member's state is in machine.ts. A unit is what
// changes its state as one: the members of a group, or an instance that is in none.

import type { SyncGroup } from '../config/model.js';
import type { NewState } from './event.js';
import type { Instance } from './instance.js';
import type { FaultReason } from './reason.js';
import type { Turn } from './turn.js';

export class Group {
  members: readonly Instance[] = [];
  /** Not all are in one state: some have not begun, or a reload put together what was apart. */
  isApart = false;
  #state: NewState | undefined;

  constructor(public config: SyncGroup) {}

  /** What was told last. */
  get state(): NewState | undefined {
    return this.#state;
  }

  get memory() {
    return { name: this.config.name, isApart: this.isApart, state: this.#state };
  }

  recall({ isApart, state }: Omit<Group['memory'], 'name'>): void {
    [this.isApart, this.#state] = [isApart, state];
  }

  /** After each change of a member's state: tells a new state once all members are in it. */
  settle(turn: Turn): void {
    const [first, ...rest] = this.members.map(({ state }) => state.kind);
    this.isApart = rest.some((kind) => kind !== first);
    if (this.isApart || (first !== 'MASTER' && first !== 'BACKUP' && first !== 'FAULT')) return;
    if (first !== this.#state) this.tell(first, turn);
  }

  tell(state: NewState, turn: Turn): void {
    this.#state = state;
    turn.do({ kind: 'notify', event: { subject: 'GROUP', name: this.config.name, state, priority: 0 } });
  }
}

/** The units of these instances, each one once. */
export const unitsOf = (instances: Iterable<Instance>): Iterable<readonly Instance[]> =>
  new Set(Array.from(instances, ({ unit }) => unit));

export const othersOf = (instance: Instance): readonly Instance[] =>
  instance.unit.filter((member) => member !== instance);

/**
 * What keeps each one of a unit out of the election now: faults of its own, else the first one of another. Those with
 * faults of their own come first: they are what happened to the rest.
 */
export function faultsOf(unit: readonly Instance[]): { member: Instance; faults: FaultReason[] }[] {
  const all = unit.map((member) => ({ member, faults: member.ownFaults() }));
  const faulty = all.filter(({ faults }) => faults.length > 0);
  const ofGroup = faulty
    .slice(0, 1)
    .flatMap(({ member, faults: [fault] }): FaultReason[] =>
      fault ? [{ kind: 'member-failed', member: member.config.name, fault }] : [],
    );
  const others = all.filter(({ faults }) => faults.length === 0);
  return [...faulty, ...others.map(({ member }) => ({ member, faults: ofGroup }))];
}
