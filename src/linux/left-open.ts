// Pipes that what a script has left running still holds open: they are read on, so that it is not held up, but of too
// many the oldest is closed. It reads nothing itself.

import type { Socket } from 'node:net';

const MOST = 100;

export class LeftOpen {
  readonly #streams = new Set<Socket>();

  /** One whose script has ended. */
  add(stream: Socket): void {
    if (stream.readableEnded || stream.destroyed) return;
    this.#streams.add(stream);
    stream.once('close', () => this.#streams.delete(stream));
    const [oldest] = this.#streams;
    if (oldest === undefined || this.#streams.size <= MOST) return;
    this.#streams.delete(oldest);
    oldest.destroy();
  }
}
