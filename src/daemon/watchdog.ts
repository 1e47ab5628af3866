// Feeds the service manager's watchdog, but not when the loop has lost its alarm: then the process is ended and started
// again. sd_watchdog_enabled(3)

import { now } from '../linux/clock.js';
import type { ServiceManager } from '../linux/service-manager.js';
import { inMilliseconds } from '../time.js';
import type { Core } from './loop.js';

export class Watchdog {
  #timer: NodeJS.Timeout | undefined;

  constructor(
    readonly manager: ServiceManager,
    readonly core: Core,
  ) {}

  start(): void {
    const limit = this.manager.watchdogLimit;
    if (limit === undefined) return;
    this.#timer = setInterval(
      () => {
        const deadline = this.core.nextDeadline();
        if (deadline === undefined || now() - deadline < limit) this.manager.watchdog();
      },
      inMilliseconds(limit) / 2,
    );
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
