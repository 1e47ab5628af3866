// The addon of native/socket.c with its types: sockets of any family, a timer, real-time signals, scheduling, ambient
// capabilities, named pipes. It gives names to the kernel's numbers and structures that several files use; it decides nothing.
// A system call that fails throws an Error with code, errno and syscall; "would block" is undefined or 0.

import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { getSystemErrorMap } from 'node:util';
import { putU16, putU32 } from 'netlink/dist/structs.js';

/** Control messages of sendmsg(2) and recvmsg(2): level, type, octets in the kernel's layout. */
export type Control = readonly (readonly [level: number, type: number, data: Buffer])[];

/** A datagram that was received; its octets are in the caller's buffer. */
export interface Received {
  readonly length: number;
  /** MSG_TRUNC among others. */
  readonly flags: number;
  /** The sender's socket address. */
  readonly source: Buffer;
  readonly control: Control;
}

interface Descriptor {
  /** Calls back when there is something to read, or an error to be read, until close(); keeps the process alive. */
  watch(onReadable: () => void): void;
  /** May be called at any time and more than once. */
  close(): void;
}

/** A non-blocking socket of any family; closed when it is collected, unless it is watched. */
export interface Socket extends Descriptor {
  setOption(level: number, option: number, value: number | Uint8Array): void;
  getOption(level: number, option: number): Buffer;
  bind(address: Uint8Array): void;
  /** SO_ATTACH_FILTER: a classic BPF program, 8 octets an instruction (struct sock_filter). */
  attachFilter(program: Uint8Array): void;
  /** getsockname(2) */
  localName(): Buffer;
  /** The octets that went; undefined when the queue is full. */
  send(data: Uint8Array, destination?: Uint8Array, control?: Control): number | undefined;
  /** How many went, from the start of the list; throws only when the first one is refused. */
  sendMany(datagrams: readonly Uint8Array[], destination?: Uint8Array): number;
  /** Undefined when nothing is queued. */
  receive(into: Uint8Array): Received | undefined;
  /** One datagram into each buffer, 64 at most; as many as were queued. */
  receiveMany(into: readonly Uint8Array[]): Received[];
}

/** timerfd on CLOCK_MONOTONIC; the watch calls back once for each expiry. */
export interface Timer extends Descriptor {
  /** An absolute point in microseconds; 0 stops it. */
  set(at: number): void;
}

/** Signals caught by number; one object in a process. */
export interface Signals extends Descriptor {
  /** Those that came since the last call. */
  take(): number[];
}

interface Addon {
  readonly Socket: new (domain: number, type: number, protocol: number) => Socket;
  readonly Timer: new () => Timer;
  readonly Signals: new (numbers: readonly number[]) => Signals;
  readonly clearAmbientCapabilities: () => void;
  /** By its number; only one that is permitted and inheritable, else EPERM. */
  readonly raiseAmbientCapability: (capability: number) => void;
  /** The calling thread is SCHED_RR with this priority, or with 0 an ordinary one; on SIGXCPU, while Signals has it, too. */
  readonly setRealTime: (priority: number) => void;
  /** A child process is as urgent as this one until it has become another program; from now on it is an ordinary one. */
  readonly settle: (pid: number) => void;
  /** The soft RLIMIT_RTTIME in µs; 0: none. */
  readonly limitRealTime: (microseconds: number) => void;
  /** The process is going to have so many descriptors: what the kernel has to do for that, it does meanwhile. */
  readonly makeRoom: (descriptors: number) => void;
  /** The user number of the process that connected to a Unix socket, by the socket's descriptor. */
  readonly peerUser: (descriptor: number) => number;
  /** mkfifo(3); the process's umask applies to the mode. */
  readonly mkfifo: (path: string, mode: number) => void;
  readonly SIGRTMIN: number;
  readonly SIGRTMAX: number;
}

/** The folder that holds this program's package.json: the same for the bundle in dist and for the sources. */
function projectFolder(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (existsSync(file) && (JSON.parse(readFileSync(file, 'utf8')) as { name?: string }).name === 'vrrpd')
      return folder;
    if (folder === dirname(folder)) throw new Error(`the package vrrpd is not above ${import.meta.url}`);
  }
}

const addon = createRequire(import.meta.url)(join(projectFolder(), 'native/build/Release/socket.node')) as Addon;
export const { Socket, Timer, Signals, clearAmbientCapabilities, peerUser, mkfifo, SIGRTMIN, SIGRTMAX } = addon;
export const { raiseAmbientCapability, setRealTime, settle, limitRealTime, makeRoom } = addon;

export const AF_UNIX = 1;
export const AF_NETLINK = 16;
export const AF_PACKET = 17;
export const SOCK_DGRAM = 2;
export const SOCK_RAW = 3;
export const SOL_SOCKET = 1;
const BUFFER_OPTIONS = { send: { plain: 7, force: 32 }, receive: { plain: 8, force: 33 } } as const;
export const MSG_TRUNC = 0x20;

/** The size of a socket's queue; in a user namespace, which may not go over the machine's limit, as much as that allows. */
export function setBuffer(
  socket: { setOption(level: number, option: number, value: number): void },
  which: keyof typeof BUFFER_OPTIONS,
  octets: number,
): void {
  const { force, plain } = BUFFER_OPTIONS[which];
  try {
    socket.setOption(SOL_SOCKET, force, octets);
  } catch {
    socket.setOption(SOL_SOCKET, plain, octets);
  }
}

/** sockaddr_un: a path, or an abstract name when it begins with "@" or NUL. */
export const unixAddress = (name: string): Uint8Array =>
  Buffer.concat([putU16(AF_UNIX), Buffer.from(name.replace(/^@/, '\0')), Buffer.alloc(name.startsWith('/') ? 1 : 0)]);

/** sockaddr_nl with the bits of the multicast groups; port 0 lets the kernel choose one. */
export const netlinkAddress = (groups: number): Uint8Array =>
  Buffer.concat([putU16(AF_NETLINK), putU16(0), putU32(0), putU32(groups)]);

/** What the kernel refused, as a value. */
export interface Refusal {
  /** "EADDRINUSE" */
  readonly code: string;
  /** "address already in use" */
  readonly message: string;
}

const SYSTEM_ERRORS = getSystemErrorMap();

/** The refusal of an errno, positive or negative. */
export function refusal(errno: number): Refusal {
  const [code, message] = SYSTEM_ERRORS.get(-Math.abs(errno)) ?? [`errno ${Math.abs(errno)}`, 'unknown error'];
  return { code, message };
}

/** The refusal that the addon threw; anything else is thrown on. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Error && 'errno' in error && typeof error.errno === 'number') return refusal(error.errno);
  throw error;
}
