// Reads what a stream brings, to its end or up to a limit: whoever answers does not choose how much memory that takes.
// It does not judge what it reads.

import type { Readable } from 'node:stream';

/** At most `limit` octets; the stream is destroyed then. Throws what the stream fails with. */
export async function readUpTo(stream: Readable, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= limit) break;
  }
  return Buffer.concat(chunks).subarray(0, limit);
}
