// A sync group: instances that change their state together, and the state of the whole that those outside are told.
// keepalived.conf(5): VRRP synchronization group(s). What follows for a member's state is in machine.ts.

import type { SyncGroup } from '../config/model.js';
import type { NewState } from './event.js';
import type { Instance } from './instance.js';
import type { Turn } from './turn.js';

export class Group {
  members: readonly Instance[] = [];
  /** What was told last. */
  #state: NewState | undefined;

  constructor(public config: SyncGroup) {}

  get state(): NewState | undefined {
    return this.#state;
  }

  others(instance: Instance): readonly Instance[] {
    return this.members.filter((member) => member !== instance);
  }

  /** Tells a new state once all members are in it. */
  settle(turn: Turn): void {
    const [first, ...rest] = this.members.map(({ state }) => state.kind);
    const isCommon = rest.every((kind) => kind === first);
    if (!isCommon || (first !== 'MASTER' && first !== 'BACKUP' && first !== 'FAULT')) return;
    if (first !== this.#state) this.tell(first, turn);
  }

  tell(state: NewState, turn: Turn): void {
    this.#state = state;
    turn.do({ kind: 'notify', event: { subject: 'GROUP', name: this.config.name, state, priority: 0 } });
  }
}
