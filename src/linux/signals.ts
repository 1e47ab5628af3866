// The signals that vrrpd and keepalived know, as one callback by name. Once they are listened to, none of them ends the
// process, and SIGUSR1 opens no inspector. What a signal means is decided elsewhere. signal(7)

import { constants } from 'node:os';
import { SIGRTMAX, SIGRTMIN, Signals as CaughtSignals } from './native.js';

const STANDARD = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const;
/** Node.js can't listen to real-time ones, which end the process, and SIGXCPU has to be acted upon before it would. */
const CAUGHT = {
  'SIGRTMIN+2': SIGRTMIN + 2,
  'SIGRTMAX-1': SIGRTMAX - 1,
  SIGXCPU: constants.signals.SIGXCPU,
} as const;
export type SignalName = (typeof STANDARD)[number] | keyof typeof CAUGHT;

/** Calls `onSignal` for each signal; one object in a process. */
export class Signals {
  readonly #onSignal: (name: SignalName) => void;
  readonly #caught = new CaughtSignals(Object.values(CAUGHT));

  constructor(onSignal: (name: SignalName) => void) {
    this.#onSignal = onSignal;
    for (const name of STANDARD) process.on(name, this.#onSignal);
    this.#caught.watch(() => {
      const numbers = this.#caught.take();
      for (const [name, number] of Object.entries(CAUGHT) as [keyof typeof CAUGHT, number][])
        if (numbers.includes(number)) onSignal(name);
    });
  }

  /** Back to what the signals did before. */
  close(): void {
    for (const name of STANDARD) process.off(name, this.#onSignal);
    this.#caught.close();
  }
}
