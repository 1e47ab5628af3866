// The control socket: one JSON request a line, one JSON line back. A client that is slow, mute, greedy or confused is
// cut off; it never holds up the daemon. Only root and the group vrrpd get in, by the modes of folder and socket.

import { chmodSync, chownSync, mkdirSync, unlinkSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { findAccount } from '../linux/account.js';

export const CONTROL_SOCKET = '/run/vrrpd/control.sock';
const GROUP = 'vrrpd';
const CLIENTS = 16;
/** Octets of one request. */
const REQUEST_LIMIT = 4096;
/** Octets of answers that a client has not read yet. */
const ANSWER_LIMIT = 4 * 1024 * 1024;
const IDLE_MILLISECONDS = 10_000;

/** What is asked for. */
export interface Request {
  readonly command: string;
}
/** Gives a plain value; undefined when there is no such command. */
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
    const { gid } = groupOfReaders();
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
    client.setEncoding('utf8').setTimeout(IDLE_MILLISECONDS, () => client.destroy());
    client.on('error', () => client.destroy());
    client.on('close', () => this.#clients.delete(client));
    client.on('data', (chunk: string) => {
      const lines = (unfinished + chunk).split('\n');
      unfinished = lines.pop() ?? '';
      for (const line of lines) this.#reply(client, line);
      if (unfinished.length > REQUEST_LIMIT) client.end(encode({ error: 'the request is too long' }));
    });
  }

  #reply(client: Socket, line: string): void {
    if (!client.writable) return;
    if (client.writableLength > ANSWER_LIMIT) client.destroy();
    else client.write(encode(this.#result(line)));
  }

  #result(line: string): unknown {
    const request = line.length > REQUEST_LIMIT ? undefined : readRequest(line);
    if (request === undefined) return { error: 'a request is a line like {"command":"status"}' };
    return this.#answer(request) ?? { error: `no such command: ${request.command.slice(0, 40)}` };
  }
}

const encode = (value: unknown): string => `${JSON.stringify(value)}\n`;

function readRequest(line: string): Request | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null || !('command' in value)) return undefined;
    return typeof value.command === 'string' ? { command: value.command } : undefined;
  } catch {
    return undefined;
  }
}

/** The group vrrpd where there is one, else root's. */
function groupOfReaders(): { gid: number } {
  const account = findAccount({ user: 'root', group: GROUP });
  return typeof account === 'string' ? { gid: 0 } : account;
}

function answersAt(path: string): Promise<boolean> {
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
