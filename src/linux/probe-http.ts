// `vrrpd probe http`: whether a GET is answered with the status, and the text, that are wanted. No redirect is followed, and
// no certificate verified: it is asked whether a service works, not who it is.

import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Probe } from '../config/probe.js';
import type { Finding } from './finding.js';
import { readUpTo } from './stream.js';

type Http = Extract<Probe, { kind: 'http' }>;

/** In octets; what comes behind is not looked at. */
const BODY_LIMIT = 1_048_576;

/** Without what may be a secret in it: the name and password in front, the query behind. */
export function nameOf({ url }: Http): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

/** Throws what the request fails with. */
export async function probeHttp(probe: Http, signal: AbortSignal): Promise<Finding> {
  const { url, status, match } = probe;
  // Loaded where they are asked for: a start without them is quicker.
  const isSecure = url.toLowerCase().startsWith('https:');
  const { request } = isSecure ? await import('node:https') : await import('node:http');
  const asked = request(url, {
    // An agent of its own: no connection is kept. Without authorities of ours none is read, either.
    agent: false,
    headers: { 'User-Agent': 'vrrpd', Connection: 'close' },
    rejectUnauthorized: false,
    ca: [],
    signal,
  });
  // Of an error that comes later than the one that is waited for nobody wants to know.
  asked.on('error', () => undefined);
  try {
    asked.end();
    const [answer] = (await once(asked, 'response', { signal })) as [IncomingMessage];
    const body = await readUpTo(answer, BODY_LIMIT);
    const found = `${nameOf(probe)} answers ${answer.statusCode ?? 0}`;
    if (answer.statusCode !== status) return { ok: false, words: `${found}, not ${status}` };
    if (match === undefined) return { ok: true, words: found };
    const matches = body.includes(match);
    return { ok: matches, words: `${found} ${matches ? 'with' : 'without'} "${match}"` };
  } finally {
    asked.destroy();
  }
}
