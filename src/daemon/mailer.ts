// Sends mails: one after the other, in plain SMTP without encryption and log-in as keepalived does. Nobody waits for a
// server: each attempt has a limit, there are three of them, and what can't be sent is told in a line and forgotten.
// Which mail an event means is said in src/notify/.

import { mailFor, type Mail, type MailWording } from '../notify/mail.js';
import type { LogLevel } from '../vrrp/effect.js';
import type { Event } from '../vrrp/event.js';

/** How mails are worded, and the way they take. */
export interface MailSettings extends MailWording {
  readonly server: { readonly host: string; readonly port: number };
  readonly heloName: string;
  /** Milliseconds until the server has greeted. */
  readonly connectTimeout: number;
  readonly from: string;
  readonly to: readonly string[];
}

type Log = (level: LogLevel, text: string) => void;

/** Between an attempt and the next one. */
const PAUSES_MILLISECONDS = [10_000, 60_000];
/** For what follows the greeting. */
const DIALOGUE_MILLISECONDS = 30_000;
const MOST_WAITING = 100;
/** The characters kept of a reason; a server may say anything. */
const REASON_LIMIT = 200;

export class Mailer {
  /** Loaded only where there is mail: that takes some hundredths of a second and some megabytes. */
  readonly #nodemailer = import('nodemailer');
  readonly #log: Log;
  readonly #waiting: Mail[] = [];
  /** The state of which the last mail about each instance and group told. */
  readonly #told = new Map<string, Event['state']>();
  readonly #end = new AbortController();
  #settings: MailSettings;
  #dropped = 0;
  #isStopping = false;
  /** While something is to be sent. */
  #work: Promise<void> | undefined;
  #endPause: (() => void) | undefined;

  constructor(settings: MailSettings, log: Log) {
    this.#settings = settings;
    this.#log = log;
    // That it could not be loaded is the reason that each attempt gives.
    this.#nodemailer.catch(() => undefined);
  }

  /** The settings of a new configuration, for what is sent from now on. */
  update(settings: MailSettings): void {
    this.#settings = settings;
  }

  /** Mails what happened, unless it is not mailed or the last mail has told the same. */
  notify(event: Event): void {
    const mail = mailFor(event, this.#settings);
    const subject = `${event.subject} ${event.name}`;
    if (mail === undefined || this.#told.get(subject) === event.state) return;
    this.#told.set(subject, event.state);
    this.send(mail);
  }

  send(mail: Mail): void {
    if (this.#waiting.length >= MOST_WAITING) this.#dropped += 1;
    else this.#waiting.push(mail);
    this.#work ??= this.#sendWaiting();
  }

  /** Gives what waits a last chance for so long and drops the rest. */
  async stop(milliseconds: number): Promise<void> {
    this.#isStopping = true;
    this.#endPause?.();
    const end = (): void => this.#end.abort('no time left at the stop');
    const timer = setTimeout(end, milliseconds);
    await this.#work;
    clearTimeout(timer);
    end();
  }

  async #sendWaiting(): Promise<void> {
    // After the turn in which it happened.
    await new Promise((resolve) => setImmediate(resolve));
    for (let mail = this.#waiting.shift(); mail !== undefined; mail = this.#waiting.shift()) {
      const failure = await this.#deliver(mail);
      if (failure !== undefined) this.#giveUp(mail, failure);
      if (this.#dropped > 0) this.#log('warn', `${this.#dropped} mails dropped: ${MOST_WAITING} were waiting`);
      this.#dropped = 0;
    }
    this.#work = undefined;
  }

  /** At the stop all the others are given up with it. */
  #giveUp({ subject }: Mail, failure: string): void {
    const others = this.#isStopping ? this.#waiting.splice(0).length : 0;
    const which = `mail "${subject}"${others > 0 ? ` and ${others} more` : ''}`;
    this.#log('warn', `${which} not sent by ${this.#serverName}: ${failure}`);
  }

  /** Undefined when it is sent, else why not. */
  async #deliver(mail: Mail): Promise<string | undefined> {
    for (const pause of PAUSES_MILLISECONDS) {
      const failure = await this.#attempt(mail);
      if (failure === undefined || this.#isStopping) return failure;
      await this.#pause(pause);
    }
    return this.#attempt(mail);
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #attempt(mail: Mail): Promise<string | undefined> {
    const { server, heloName, connectTimeout } = this.#settings;
    const limit = connectTimeout + DIALOGUE_MILLISECONDS;
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(`not done after ${limit / 1000} s`), limit);
    const signal = AbortSignal.any([late.signal, this.#end.signal]);
    try {
      const { createTransport } = await this.#nodemailer;
      const transport = createTransport({
        ...server,
        name: heloName,
        secure: false,
        ignoreTLS: true,
        connectionTimeout: connectTimeout,
        // The connection is closed at once: there is nothing to wait for.
        socketCloseTimeout: 0,
      });
      const { rejected } = await transport.sendMail({ ...this.#message(mail), signal });
      if (rejected.length > 0) this.#log('warn', `${this.#serverName} takes no mail for ${rejected.join(', ')}`);
      return undefined;
    } catch (error) {
      const reason: unknown = signal.aborted ? signal.reason : error instanceof Error ? error.message : error;
      return String(reason)
        .replace(/\p{Cc}+/gu, ' ')
        .slice(0, REASON_LIMIT);
    } finally {
      clearTimeout(timer);
    }
  }

  #message({ subject, text }: Mail) {
    const { from, to } = this.#settings;
    // Left to itself, nodemailer folds a long subject: filters that go by lines would miss it.
    const isPlain = /^[ -~]*$/.test(subject);
    return {
      from: addressOf(from),
      to: to.map(addressOf),
      text,
      ...(!isPlain && { subject }),
      // Filters know the mails by their X-Mailer too.
      headers: { ...(isPlain && { Subject: { prepared: true, value: subject } }), 'X-Mailer': 'Keepalived' },
    };
  }

  get #serverName(): string {
    const { host, port } = this.#settings.server;
    return `${host} port ${port}`;
  }
}

/** An address without a domain is good for the server, but only so for nodemailer. */
const addressOf = (address: string): string | { name: string; address: string } =>
  address.includes('@') ? address : { name: '', address };
