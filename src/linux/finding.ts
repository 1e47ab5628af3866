// What a probe found, in words for an operator; also of what kept it from looking: a connection that is refused, a name that
// is not known. It connects to nothing.

import { refusal } from './native.js';

export interface Finding {
  readonly ok: boolean;
  /** One line: "127.0.0.1:80: connection refused". */
  readonly words: string;
  /** A service that is restarted or reloaded shows this for a moment: it is worth another look. */
  readonly passing?: boolean;
}

/** EPIPE: it closed before it was asked. ENOENT: the socket's file is just being replaced. */
const PASSING = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOENT'];
/** What Node.js words for programmers, and errors of its own. */
const WORDS: Readonly<Record<string, string>> = {
  ECONNRESET: 'the connection was closed before the answer was complete',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the name could not be looked up',
};

/** Why there was nothing to be found. */
export function hindrance(subject: string, error: unknown): Finding {
  // A name with several addresses: each of them failed, and the first one is as good as any.
  const cause: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const { code = '', errno, message, reason } = cause as NodeJS.ErrnoException & { readonly reason?: string };
  const passing = PASSING.includes(code);
  const words = (): string => {
    if (code.startsWith('HPE_')) return 'what answers does not speak HTTP';
    if (reason !== undefined) return `TLS: ${reason}`;
    return WORDS[code] ?? (typeof errno === 'number' ? refusal(errno).message : message);
  };
  return { ok: false, words: `${subject}: ${words()}`, passing };
}
