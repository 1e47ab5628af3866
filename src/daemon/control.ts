// The control socket: one JSON request a line, one JSON line back. A client that is slow, mute, greedy or confused is
// cut off; it never holds up the daemon. Only root and the group vrrpd get in, by the modes of folder and socket.

import { chmodSync, chownSync, mkdirSync, unlinkSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { findGroup } from '../linux/account.js';
import { refusalOf } from '../linux/native.js';
import { peerUser } from '../linux/peer.js';
import { CommandFailure, EXIT } from './exit-code.js';

export const CONTROL_SOCKET = '/run/vrrpd/control.sock';
const GROUP = 'vrrpd';
const CLIENTS = 16;
/** Octets of one request. */
const REQUEST_LIMIT = 4096;
/** Octets of answers that a client has not read yet. */
const ANSWER_LIMIT = 4 * 1024 * 1024;
const IDLE_MILLISECONDS = 10_000;

/** What is asked for, and by which user (undefined: gone already). */
export interface Request {
  readonly command: string;
  /** What else stands in the request. */
  readonly words: Readonly<Record<string, unknown>>;
  readonly user: number | undefined;
}
/** Gives a plain value, now or later; undefined when there is no such command. */
export type Answer = (request: Request) => unknown;

export class ControlServer {
  readonly #server: Server;
  readonly #clients = new Set<Socket>();
  readonly #answer: Answer;

  private constructor(answer: Answer) {
    this.#answer = answer;
    this.#server = createServer((client) => this.#serve(client));
    this.#server.maxConnections = CLIENTS;
  }

  /** 'live' when another process answers at this path; a socket that a dead one left is replaced. Throws EACCES and such. */
  static async open(path: string, answer: Answer): Promise<ControlServer | 'live'> {
    // Root's where there is none.
    const gid = findGroup(GROUP) ?? 0;
    mkdirSync(dirname(path), { recursive: true, mode: 0o750 });
    if (await answersAt(path)) return 'live';
    unlinkStale(path);
    const control = new ControlServer(answer);
    await control.#listen(path);
    chmodSync(path, 0o660);
    if (process.getuid?.() === 0) {
      chownSync(dirname(path), 0, gid);
      chownSync(path, 0, gid);
    }
    return control;
  }

  /** At the daemon's own path; absent, and told of, where that is not permitted. Throws a CommandFailure beside another daemon. */
  static async openUsual(answer: Answer, warn: (text: string) => void): Promise<ControlServer | undefined> {
    try {
      const control = await ControlServer.open(CONTROL_SOCKET, answer);
      if (control !== 'live') return control;
    } catch (error) {
      warn(`No control socket, "vrrpd status" will not work: ${refusalOf(error).message} (${CONTROL_SOCKET})`);
      return undefined;
    }
    throw new CommandFailure(EXIT.refused, [`daemon is already running: it answers on ${CONTROL_SOCKET}`]);
  }

  /** Cuts all clients off; the socket's file goes too. */
  close(): void {
    this.#server.close();
    for (const client of this.#clients) client.destroy();
  }

  #listen(path: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(path, () => {
        // One that can't be accepted, for want of descriptors, must not end the daemon.
        this.#server.off('error', reject).on('error', () => undefined);
        resolve();
      });
    });
  }

  #serve(client: Socket): void {
    this.#clients.add(client);
    let unfinished = '';
    let answered = Promise.resolve();
    client.setEncoding('utf8').setTimeout(IDLE_MILLISECONDS, () => client.destroy());
    client.on('error', () => client.destroy());
    client.on('close', () => this.#clients.delete(client));
    client.on('data', (chunk: string) => {
      const lines = (unfinished + chunk).split('\n');
      unfinished = lines.pop() ?? '';
      for (const line of lines) answered = answered.then(() => this.#reply(client, line));
      if (unfinished.length > REQUEST_LIMIT) client.end(encode({ error: 'the request is too long' }));
    });
  }

  /** Answers go out in the order of their requests; one that takes its time is not idleness. */
  async #reply(client: Socket, line: string): Promise<void> {
    if (!client.writable) return;
    if (client.writableLength > ANSWER_LIMIT) {
      client.destroy();
      return;
    }
    client.setTimeout(0);
    const result = await this.#result(client, line);
    if (!client.destroyed) client.setTimeout(IDLE_MILLISECONDS).write(encode(result));
  }

  async #result(client: Socket, line: string): Promise<unknown> {
    const request = line.length > REQUEST_LIMIT ? undefined : readRequest(line);
    if (request === undefined) return { error: 'a request is a line like {"command":"status"}' };
    const answer = await this.#answer({ ...request, user: peerUser(client) });
    return answer ?? { error: `no such command: ${request.command.slice(0, 40)}` };
  }
}

const encode = (value: unknown): string => `${JSON.stringify(value)}\n`;

function readRequest(line: string): Omit<Request, 'user'> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null || !('command' in value)) return undefined;
    const { command, ...words } = value;
    return typeof command === 'string' ? { command, words } : undefined;
  } catch {
    return undefined;
  }
}

/** Whether somebody listens there. */
export function answersAt(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    const settle = (answers: boolean): void => {
      probe.destroy();
      resolve(answers);
    };
    probe.once('connect', () => settle(true));
    probe.once('error', () => settle(false));
  });
}

function unlinkStale(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
