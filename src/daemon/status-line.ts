// What the service manager shows of the daemon in one line: the state of each instance. It is told once for all that
// changes in a turn, and after it. sd_notify(3): STATUS=

import type { ServiceManager } from '../linux/service-manager.js';
import type { Router } from '../vrrp/router.js';
import { outerState } from '../vrrp/state.js';

export class StatusLine {
  readonly #manager: ServiceManager;
  readonly #router: () => Router;
  #isDue = false;

  constructor(manager: ServiceManager, router: () => Router) {
    this.#manager = manager;
    this.#router = router;
  }

  /** "VI_1 MASTER, VI_2 BACKUP"; one that gives its addresses up is MASTER until they are gone. */
  get text(): string {
    return this.#router()
      .all.map(({ config, state }) => `${config.name} ${outerState(state)}`)
      .join(', ');
  }

  tell(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      this.#manager.status(this.text);
    });
  }
}
