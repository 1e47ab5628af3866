// Tells those outside what happened: notify scripts, FIFOs and mail, each by the configuration as it is now. Nobody who is
// told holds up the protocol, nor another one who is told. What an event means to each is said in src/notify/.

import type { Config, NotifyScripts } from '../config/model.js';
import { fifoLine } from '../notify/fifo.js';
import { notifyCommands } from '../notify/scripts.js';
import type { Event } from '../vrrp/event.js';
import { Fifos } from './fifos.js';
import { mailSettings } from './mail-settings.js';
import { Mailer } from './mailer.js';
import { NotifyScriptQueues, type Surroundings } from './notify-scripts.js';

/** How long a mail that waits may still take at the stop. */
const MAIL_MILLISECONDS = 1_000;

/** What an instance or a group wants to be told of. */
interface Wishes {
  readonly notify: NotifyScripts;
  readonly smtpAlert: boolean;
  readonly notifyDeleted?: boolean;
}

export class Notifier {
  readonly #surroundings: Surroundings;
  readonly #scripts: NotifyScriptQueues;
  readonly #fifos: Fifos;
  #mailer: Mailer | undefined;
  #wishes: ReadonlyMap<string, Wishes> = new Map();
  /** Those before the last reload: an instance that it removed has a farewell to tell. */
  #former: ReadonlyMap<string, Wishes> = new Map();

  /** Nobody is told before the first update(). */
  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
    this.#scripts = new NotifyScriptQueues(surroundings);
    this.#fifos = new Fifos(surroundings);
  }

  /** From now on by this configuration. */
  update({ global, vrrpInstances, syncGroups }: Config): void {
    this.#former = this.#wishes;
    this.#wishes = new Map<string, Wishes>([
      ...vrrpInstances.map((one) => [`INSTANCE ${one.name}`, one] as const),
      ...syncGroups.map((one) => [`GROUP ${one.name}`, one] as const),
    ]);
    this.#fifos.update(global);
    const settings = mailSettings(global);
    if (settings === undefined) this.#endMail();
    else if (this.#mailer) this.#mailer.update(settings);
    else this.#mailer = new Mailer(settings, this.#surroundings.log);
  }

  notify(event: Event): void {
    const subject = `${event.subject} ${event.name}`;
    const wishes = this.#wishes.get(subject) ?? this.#former.get(subject);
    // keepalived says FAULT of an instance that is gone, unless it has notify_deleted; notify_fault is not for that.
    const isFault = event.state === 'DELETED' && wishes?.notifyDeleted !== true;
    const told: Event = isFault ? { ...event, state: 'FAULT' } : event;
    this.#fifos.write(fifoLine(told));
    if (!wishes) return;
    const commands = notifyCommands(told, wishes.notify);
    this.#scripts.push(event.name, isFault ? commands.filter(({ keyword }) => keyword !== 'notify_fault') : commands);
    if (wishes.smtpAlert) this.#mailer?.notify(told);
  }

  /** fifo_write_vrrp_states_on_reload: to the FIFOs alone. */
  repeat(states: readonly Event[]): void {
    for (const state of states) this.#fifos.write(fifoLine(state));
  }

  /** What an operator has to know of it. */
  get alerts(): string[] {
    return this.#fifos.alerts;
  }

  /** After the STOP events: what still waits gets its last second. */
  async stop(): Promise<void> {
    const mail = this.#mailer?.stop(MAIL_MILLISECONDS);
    await Promise.all([this.#scripts.stop(), mail]);
    await this.#fifos.close();
  }

  #endMail(): void {
    void this.#mailer?.stop(MAIL_MILLISECONDS);
    this.#mailer = undefined;
  }
}
