// The two files of a recording: FILE, which grows, and FILE.1, what was FILE before it was full or the daemon started
// again. Root's alone, never through a link, and a file that is no recording is not touched. It knows no line. open(2)

import { constants, writeSync } from 'node:fs';
import { open, rename, type FileHandle } from 'node:fs/promises';
import { MARK } from './recording.js';

const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK } = constants;

interface Chunk {
  readonly octets: Buffer;
  readonly position: number;
}

export class RecordingFile {
  #handle: FileHandle | undefined;
  #size = 0;
  /** Handed to the kernel, and not yet known to be written. */
  #onItsWay: Chunk | undefined;

  constructor(readonly path: string) {}

  /** What is in it, or on its way. */
  get size(): number {
    return this.#size;
  }

  /** FILE becomes FILE.1, and FILE is a new one. Rejects with what the system or a file that is there says. */
  async begin(): Promise<void> {
    await this.#handle?.close();
    this.#handle = undefined;
    const former = `${this.path}.1`;
    await refuseOther(former);
    if (await refuseOther(this.path)) await rename(this.path, former);
    this.#handle = await open(this.path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    this.#size = 0;
  }

  get isOpen(): boolean {
    return this.#handle !== undefined;
  }

  /** Rejects when not all of it could be written; nothing of it is in the file then. */
  async append(octets: Buffer): Promise<void> {
    const handle = this.#handle;
    if (!handle) throw new Error(`${this.path} is not open`);
    const position = this.#size;
    this.#onItsWay = { octets, position };
    this.#size += octets.length;
    try {
      for (let done = 0; done < octets.length;)
        done += (await handle.write(octets, done, octets.length - done, position + done)).bytesWritten;
    } catch (error) {
      this.#size = position;
      await handle.truncate(position);
      throw error;
    } finally {
      this.#onItsWay = undefined;
    }
  }

  /** For the last words of a process that dies: at once, what is on its way too. */
  appendNow(octets: Buffer): void {
    if (!this.#handle) return;
    try {
      for (const chunk of [this.#onItsWay, { octets, position: this.#size }])
        if (chunk) writeSync(this.#handle.fd, chunk.octets, 0, chunk.octets.length, chunk.position);
    } catch {
      return;
    }
  }

  async close(): Promise<void> {
    await this.#handle?.close();
    this.#handle = undefined;
  }
}

/** Whether there is a file; throws when there is something that is no recording. */
async function refuseOther(path: string): Promise<boolean> {
  const handle = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!handle) return false;
  try {
    const isFile = (await handle.stat()).isFile();
    const { buffer, bytesRead } = isFile ? await handle.read(Buffer.alloc(MARK.length), 0, MARK.length, 0) : NOTHING;
    // One that is empty was begun on a full disk.
    if (isFile && (bytesRead === 0 || buffer.toString() === MARK)) return true;
    throw new Error(`${path} is there and is no recording: it is left as it is`);
  } finally {
    await handle.close();
  }
}

const NOTHING = { buffer: Buffer.alloc(0), bytesRead: 0 };
