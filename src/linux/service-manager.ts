// What systemd is told over its notification socket: ready, what is going on, still alive. sd_notify(3),
// sd_watchdog_enabled(3). Without a service manager every call does nothing; none ever blocks or throws.

import { microseconds, type Duration, type Instant } from '../time.js';
import { AF_UNIX, refusalOf, SOCK_DGRAM, Socket, unixAddress, type Refusal } from './native.js';

type Environment = Readonly<Record<string, string | undefined>>;

export class ServiceManager {
  /** Call watchdog() more often than this, best at half of it; undefined: the service manager does not watch. */
  readonly watchdogLimit: Duration | undefined;
  readonly #address: Uint8Array | undefined;
  #socket: Socket | undefined;

  constructor(environment: Environment = process.env) {
    const { NOTIFY_SOCKET: name = '', WATCHDOG_USEC: limit = '', WATCHDOG_PID: pid } = environment;
    if (/^[/@]./.test(name)) this.#address = unixAddress(name);
    if (this.#address !== undefined && /^[1-9]\d*$/.test(limit) && (pid === undefined || Number(pid) === process.pid))
      this.watchdogLimit = microseconds(Number(limit));
  }

  /** The start, or a reload, is complete. Like all of these, it returns what the kernel refused. */
  ready(status: string): Refusal | undefined {
    return this.#send(`READY=1\nSTATUS=${status}`);
  }

  /** A reload has begun; ready() ends it. `now` is CLOCK_MONOTONIC. */
  reloading(now: Instant): Refusal | undefined {
    return this.#send(`RELOADING=1\nMONOTONIC_USEC=${now}`);
  }

  /** One line for `systemctl status`. */
  status(text: string): Refusal | undefined {
    return this.#send(`STATUS=${text}`);
  }

  stopping(): Refusal | undefined {
    return this.#send('STOPPING=1');
  }

  watchdog(): Refusal | undefined {
    return this.#send('WATCHDOG=1');
  }

  /** A full queue drops the message. */
  #send(message: string): Refusal | undefined {
    if (this.#address === undefined) return undefined;
    try {
      this.#socket ??= new Socket(AF_UNIX, SOCK_DGRAM, 0);
      this.#socket.send(Buffer.from(message), this.#address);
      return undefined;
    } catch (error) {
      return refusalOf(error);
    }
  }
}
