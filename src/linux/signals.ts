// The signals that vrrpd and keepalived know, as one callback by name. Once they are listened to, none of them ends the
// process, and SIGUSR1 opens no inspector. What a signal means is decided elsewhere. signal(7)

import { SIGRTMAX, SIGRTMIN, Signals as RealTimeSignals } from './native.js';

const STANDARD = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const;
/** Node.js can't listen to these: without a handler they end the process. */
const REAL_TIME = { 'SIGRTMIN+2': SIGRTMIN + 2, 'SIGRTMAX-1': SIGRTMAX - 1 } as const;
export type SignalName = (typeof STANDARD)[number] | keyof typeof REAL_TIME;

/** Calls `onSignal` for each signal; one object in a process. */
export class Signals {
  readonly #onSignal: (name: SignalName) => void;
  readonly #realTime = new RealTimeSignals(Object.values(REAL_TIME));

  constructor(onSignal: (name: SignalName) => void) {
    this.#onSignal = onSignal;
    for (const name of STANDARD) process.on(name, this.#onSignal);
    this.#realTime.watch(() => {
      const numbers = this.#realTime.take();
      for (const [name, number] of Object.entries(REAL_TIME) as [keyof typeof REAL_TIME, number][])
        if (numbers.includes(number)) onSignal(name);
    });
  }

  /** Back to what the signals did before. */
  close(): void {
    for (const name of STANDARD) process.off(name, this.#onSignal);
    this.#realTime.close();
  }
}
