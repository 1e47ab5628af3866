// The status of a router under virtual time, which fits 80 columns whatever is in it.

import t from 'tap';
import { takeSnapshot, type Snapshot } from '../../src/status/snapshot.js';
import { renderStatus } from '../../src/status/text.js';
import type { TestHost } from '../vrrp/host.js';

export function snapshotOf(host: TestHost): Snapshot {
  const facts = {
    version: '0.1.0',
    host: 'lb1',
    pid: 1,
    configFile: '/c',
    warnings: 0,
    alerts: [],
    lateness: { latestMilliseconds: 0, longestMilliseconds: 0 },
  };
  const wallTime = (): string => '2026-11-21T03:12:07.000+01:00';
  const snapshot = takeSnapshot(host.router, { ...facts, startedAt: host.now, now: host.now, wallTime });
  for (const line of renderStatus(snapshot).split('\n')) t.ok(line.length <= 80, line);
  return snapshot;
}
