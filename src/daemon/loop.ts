// The heart's beat: whatever woke the process, every receive queue is drained into the router before an expired deadline
// is acted upon, since after a freeze the timer and the packets that would have stopped it are both waiting.
// It knows neither sockets nor clocks: the kernel's host and the simulator's are the same to it, and so is whatever
// speaks the protocol there.

import type { Instant } from '../time.js';
import type { Effect } from '../vrrp/effect.js';
import type { Input } from '../vrrp/input.js';
import type { Router } from '../vrrp/router.js';
import type { Step } from '../vrrp/step.js';

/** What the loop needs of the system it runs on. */
export interface Host {
  now(): Instant;
  /** Empties every receive queue, links first. */
  receive(): Input[];
  /** Performs the effects in their order, synchronously; returns what came of them at once: refusals and answers. */
  perform(effects: readonly Effect[]): Input[];
  /** A deadline is acted upon now: how late that is, is the host's business. */
  expired?(deadline: Instant, now: Instant): void;
  /** One alarm, absolute; undefined turns it off. It calls wake(). One for a take-over is in a hurry. */
  setAlarm(at: Instant | undefined, isTakeOver?: boolean): void;
}

/** What takes inputs in, gives effects out and says when it wants to be woken; see Router. */
export interface Core {
  handle(input: Input, now: Instant): Effect[];
  nextDeadline(): Instant | undefined;
  /** What is due then is a take-over. */
  readonly isTakeOverNext?: boolean;
  /** It was told to stop, and all that it had to do for that is done. */
  readonly hasStopped: boolean;
}

/** Is told of each input once its effects have been performed; a router that fails at one has none. */
export interface Witness {
  seen(step: Step): void;
}

export class Loop<Driven extends Core = Router> {
  readonly #witnesses: readonly Witness[];

  constructor(
    readonly router: Driven,
    readonly host: Host,
    ...witnesses: readonly Witness[]
  ) {
    this.#witnesses = witnesses;
  }

  /** The alarm, a readable socket, a script that ended: all of them call this. */
  wake(): void {
    // What is read now came in before now: a timer that it starts does not begin later than need be.
    const arrived = this.host.now();
    for (const input of this.host.receive()) this.#handle(input, arrived);
    const deadline = this.router.nextDeadline();
    const now = this.host.now();
    if (deadline !== undefined && deadline <= now) {
      this.host.expired?.(deadline, now);
      this.#handle({ kind: 'tick' }, now);
    }
    this.#setAlarm();
  }

  /** An input that did not come through a queue: start, stop. */
  handle(input: Input): void {
    this.#handle(input, this.host.now());
    this.#setAlarm();
  }

  #setAlarm(): void {
    this.host.setAlarm(this.router.nextDeadline(), this.router.isTakeOverNext);
  }

  #handle(input: Input, now: Instant): void {
    const effects = this.#effects(input, now);
    const outcomes = this.host.perform(effects);
    for (const witness of this.#witnesses) witness.seen({ at: now, input, effects });
    // What a refusal leads to may be refused too, but a router never answers a refusal with the same effect.
    for (const outcome of outcomes) this.#handle(outcome, now);
  }

  #effects(input: Input, now: Instant): Effect[] {
    try {
      return this.router.handle(input, now);
    } catch (error) {
      for (const witness of this.#witnesses) witness.seen({ at: now, input, effects: [], thrown: String(error) });
      throw error;
    }
  }
}
