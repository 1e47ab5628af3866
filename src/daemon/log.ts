// The log: pino for the levels, one text line for each message, to standard error, the journal or syslog. It never
// delays an advert: a line is written after the turn in which it was said, and one that nobody takes is counted.

import { pino, type Logger } from 'pino';
import type { LogLevel } from '../vrrp/effect.js';
import { LineQueue, type Outlet } from './line-queue.js';
import { NOWHERE, standardError, StandardError, Syslog } from './outlet.js';

export interface LogOptions {
  /** The name that syslog shows. */
  readonly name: string;
  /** Whether `debug` lines are shown: keepalived's -D. */
  readonly detailed: boolean;
  /** No terminal and no standard error: it is syslog's then. */
  readonly detached: boolean;
  /** syslog's facility number; 3 is daemon. */
  readonly facility: number;
  /** A line is pino's JSON object, wherever it goes. */
  readonly jsonLog: boolean;
  /** keepalived's -G: nothing to syslog. */
  readonly withoutSyslog: boolean;
}

/** syslog(3): LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG. */
const SEVERITY: Readonly<Record<LogLevel, number>> = { error: 3, warn: 4, info: 6, debug: 7 };
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** How long the end of the process waits for a reader. */
const FLUSH_MILLISECONDS = 1_000;

/** pino's name for a stream that wants level and message beside the line. */
const METADATA: unique symbol = Symbol.for('pino.metadata');

type Format = (level: LogLevel, text: string) => string;

export class Log {
  readonly #queue: LineQueue;
  readonly #pino: Logger;

  constructor(options: LogOptions) {
    const { outlet, format } = destination(options);
    const shape = options.jsonLog ? jsonLine : format;
    this.#queue = new LineQueue(outlet, (count) => Buffer.from(shape('warn', `${count} log lines lost`)));
    const level = options.detailed ? 'debug' : 'info';
    this.#pino = options.jsonLog
      ? pino(
          { level, base: { pid: process.pid }, formatters: { level: (label) => ({ level: label }) } },
          { write: (line) => this.#queue.push(Buffer.from(line)) },
        )
      : pino(
          { level, base: null, timestamp: false },
          new TextLines((severity, text) => this.#queue.push(Buffer.from(format(severity, text)))),
        );
  }

  readonly write = (level: LogLevel, text: string): void => this.#pino[level](text);
  readonly info = (text: string): void => this.write('info', text);
  readonly warn = (text: string): void => this.write('warn', text);
  readonly error = (text: string): void => this.write('error', text);

  /** Resolves when all lines are written, or after a second. */
  flush(): Promise<void> {
    return this.#queue.flush(FLUSH_MILLISECONDS);
  }

  /** For a process that dies now. */
  flushNow(): void {
    this.#queue.flushNow();
  }
}

/** What pino writes to: it hands over level and message beside the JSON line, which is not wanted here. */
class TextLines {
  // pino looks for this and then sets the two fields before each write().
  readonly [METADATA] = true;
  lastLevel = 0;
  lastMsg = '';
  readonly #say: (level: LogLevel, text: string) => void;

  constructor(say: (level: LogLevel, text: string) => void) {
    this.#say = say;
  }

  write(): void {
    this.#say(pino.levels.labels[this.lastLevel] as LogLevel, this.lastMsg);
  }
}

function destination(options: LogOptions): { outlet: Outlet; format: Format } {
  const { kind } = standardError();
  if (kind === 'journal') return { outlet: new StandardError(), format: journalLine };
  if (kind === 'other' && !options.detached) return { outlet: new StandardError(), format: plainLine };
  if (options.withoutSyslog) return { outlet: NOWHERE, format: plainLine };
  return { outlet: new Syslog(), format: syslogLine(options) };
}

/** sd-daemon(3): the journal adds the time, and takes the level from the number in front. */
const journalLine: Format = (level, text) => `<${SEVERITY[level]}>${text}\n`;

/** As pino writes it. */
const jsonLine: Format = (level, msg) => `${JSON.stringify({ level, time: Date.now(), pid: process.pid, msg })}\n`;

const plainLine: Format = (_level, text) => `${timestamp(new Date())} ${text}\n`;

/** RFC 3164 § 4.1, as the local syslog daemons read it: without a host name. */
function syslogLine({ name, facility }: LogOptions): Format {
  return (level, text) =>
    `<${facility * 8 + SEVERITY[level]}>${timestamp(new Date())} ${name}[${process.pid}]: ${text}`;
}

/** "Nov  1 03:12:07", local time. */
export function timestamp(date: Date): string {
  const [hours, minutes, seconds] = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) =>
    String(part).padStart(2, '0'),
  );
  const day = String(date.getDate()).padStart(2);
  return `${MONTHS[date.getMonth()] ?? ''} ${day} ${hours}:${minutes}:${seconds}`;
}
