// A mail server for tests: it takes mails and keeps them, or fails in one of the ways in which servers do. It listens on
// the loopback and delivers nothing to anybody.

import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A mail as the server got it. */
export interface SunkMail {
  readonly helo: string;
  readonly from: string;
  readonly to: readonly string[];
  /** Headers, an empty line, text. */
  readonly lines: readonly string[];
}

/** Refusing in the greeting; silent from the start or from DATA on; dying in the middle of the mail. */
export type SinkMode = 'good' | 'refusing' | 'silent' | 'stalling' | 'dying';

export class SmtpSink {
  readonly mails: SunkMail[] = [];
  mode: SinkMode = 'good';
  /** Recipients that it does not know. */
  unknown: readonly string[] = [];
  /** Connections so far. */
  connections = 0;
  readonly #open = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    /** 0 at a path. */
    readonly port: number,
  ) {}

  /** At a port of 127.0.0.1 that the kernel chooses, or at a path. */
  static async listen(path?: string): Promise<SmtpSink> {
    const server = createServer();
    if (path === undefined) server.listen(0, '127.0.0.1');
    else server.listen(path);
    await once(server, 'listening');
    const sink = new SmtpSink(server, path === undefined ? (server.address() as AddressInfo).port : 0);
    server.on('connection', (socket) => sink.#serve(socket));
    return sink;
  }

  /** Of all mails so far, in their order. */
  get subjects(): string[] {
    const word = 'Subject: ';
    const all = this.mails.flatMap(({ lines }) => lines.filter((line) => line.startsWith(word)));
    return all.map((line) => line.slice(word.length));
  }

  /** Connections that are open. */
  get open(): number {
    return this.#open.size;
  }

  /** May be called more than once. */
  async close(): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    if (!this.server.listening) return;
    this.server.close();
    await once(this.server, 'close');
  }

  #serve(socket: Socket): void {
    this.connections += 1;
    this.#open.add(socket);
    socket.on('close', () => this.#open.delete(socket));
    socket.on('error', () => undefined);
    if (this.mode === 'silent') {
      socket.resume();
      return;
    }
    socket.write(this.mode === 'refusing' ? '554 no service here\r\n' : '220 sink\r\n');
    const session = new Session(this, socket);
    let unfinished = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (unfinished + chunk).split('\r\n');
      unfinished = lines.pop() ?? '';
      for (const line of lines) session.take(line);
    });
  }
}

/** What one client says. */
class Session {
  #helo = '';
  #from = '';
  #to: string[] = [];
  /** Present while the mail itself comes. */
  #lines: string[] | undefined;

  constructor(
    private readonly sink: SmtpSink,
    private readonly socket: Socket,
  ) {}

  take(line: string): void {
    const answer = this.#lines === undefined ? this.#command(line) : this.#mail(this.#lines, line);
    if (answer !== undefined) this.socket.write(`${answer}\r\n`);
    if (answer === '354 go on' && this.sink.mode === 'dying') this.socket.destroy();
  }

  #mail(lines: string[], line: string): string | undefined {
    if (line !== '.') {
      lines.push(line);
      return undefined;
    }
    this.#lines = undefined;
    this.sink.mails.push({ helo: this.#helo, from: this.#from, to: this.#to, lines });
    return '250 taken';
  }

  #command(line: string): string | undefined {
    const [, address = ''] = /<(.*)>/.exec(line) ?? [];
    const [verb = '', name = ''] = line.split(/[ :]/);
    switch (verb) {
      case 'EHLO':
        this.#helo = name;
        return '250 sink';
      case 'MAIL':
        this.#from = address;
        return '250 ok';
      case 'RCPT':
        if (this.sink.unknown.includes(address)) return '550 no such user';
        this.#to.push(address);
        return '250 ok';
      case 'DATA':
        if (this.sink.mode === 'stalling') return undefined;
        this.#lines = [];
        return '354 go on';
      default:
        return '502 what?';
    }
  }
}
