// Carries out a probe: looks, looks again where what it saw may pass within a moment, and ends in time in any case.
// It says what it found and decides nothing by it.

import { setTimeout as pause } from 'node:timers/promises';
import type { Probe } from '../config/probe.js';
import { hindrance, type Finding } from './finding.js';
import { oneLine } from './line.js';
import { probeFile } from './probe-file.js';
import { probeHaproxy } from './probe-haproxy.js';
import { nameOf as nameOfUrl, probeHttp } from './probe-http.js';
import { nameOf as nameOfPort, probeTcp } from './probe-tcp.js';

/**
 * How often it looks again. A reload of HAProxy replaces the socket's file, and the old process answers for a while that it
 * is stopping. Together with the pauses it stays below a second, the shortest interval of a check in most files.
 */
const MORE_LOOKS: Readonly<Record<Probe['kind'], number>> = { tcp: 2, http: 2, haproxy: 5, file: 0 };
/** In milliseconds, before the next look. */
const PAUSE = 150;
/** In milliseconds, for all looks together. */
const LIMIT = 5_000;

/** Throws nothing, and leaves nothing open; the signal ends it at once. */
export async function runProbe(probe: Probe, signal: AbortSignal): Promise<Finding> {
  const end = new AbortController();
  const abort = (): void => end.abort();
  const timer = setTimeout(abort, LIMIT);
  signal.addEventListener('abort', abort);
  if (signal.aborted) abort();
  try {
    for (let left = MORE_LOOKS[probe.kind]; ; left -= 1) {
      const finding = await attempt(probe, end.signal);
      if (finding.passing !== true || left === 0 || end.signal.aborted)
        return { ok: finding.ok, words: oneLine(finding.words) };
      await pause(PAUSE, undefined, { signal: end.signal }).catch(() => undefined);
    }
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}

async function attempt(probe: Probe, signal: AbortSignal): Promise<Finding> {
  try {
    return await look(probe, signal);
  } catch (error) {
    const subject = subjectOf(probe);
    return signal.aborted
      ? { ok: false, words: `${subject}: no answer within ${LIMIT / 1_000} s` }
      : hindrance(subject, error);
  }
}

function look(probe: Probe, signal: AbortSignal): Promise<Finding> {
  switch (probe.kind) {
    case 'tcp':
      return probeTcp(probe, signal);
    case 'http':
      return probeHttp(probe, signal);
    case 'haproxy':
      return probeHaproxy(probe, signal);
    case 'file':
      return probeFile(probe, signal);
  }
}

function subjectOf(probe: Probe): string {
  switch (probe.kind) {
    case 'tcp':
      return nameOfPort(probe);
    case 'http':
      return nameOfUrl(probe);
    case 'haproxy':
      return probe.socket;
    case 'file':
      return probe.path;
  }
}
