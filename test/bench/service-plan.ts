// What the clients and the server behind HAProxy have agreed upon; both are programs of their own.

/** Where the server and HAProxy listen. */
export const PORT = 3306;

/** What a client says to get something said each 10 ms. */
export const STREAM = 'stream\n';

/** What a long-lived connection does: asks now and then, is told something all the time, or nothing at all. */
export const HABITS = ['active', 'receiving', 'idle'] as const;
export type Habit = (typeof HABITS)[number];
/** Connections of each habit. */
export const COUNT = 4;

/** A line that the clients tell; the moments are milliseconds since 1970. */
export type Told =
  | { readonly kind: 'ready' }
  /** A new connection, from its beginning to the greeting, to its break, or to the end of the client's patience. */
  | { readonly kind: 'new'; readonly at: number; readonly took: number; readonly isBroken: boolean }
  /** A long-lived connection has ended. */
  | { readonly kind: 'ended'; readonly habit: Habit; readonly at: number };

/** Milliseconds for which a client waits for the greeting. */
export const PATIENCE = 3_000;
