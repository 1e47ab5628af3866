// All tables of the bench, in the order in which they are played and shown. Those of one line are played at the same time.

import type { Table } from './table.js';
import { addresses } from './tables/addresses.js';
import { alone } from './tables/alone.js';
import { badPackets } from './tables/bad-packets.js';
import { busy } from './tables/busy.js';
import { checkFailure } from './tables/check-failure.js';
import { connections } from './tables/connections.js';
import { crash } from './tables/crash.js';
import { deadMaster } from './tables/dead-master.js';
import { deletedAddress } from './tables/deleted-address.js';
import { flood } from './tables/flood.js';
import { freeze } from './tables/freeze.js';
import { growth } from './tables/growth.js';
import { instances1000, instances255, instances50 } from './tables/instances.js';
import { linkLoss } from './tables/link-loss.js';
import { manyChecks } from './tables/many-checks.js';
import { partition } from './tables/partition.js';
import { plannedStop } from './tables/planned-stop.js';
import { preemptingReturn } from './tables/preempting-return.js';
import { reading } from './tables/reading.js';
import { reload } from './tables/reload.js';
import { startOfBoth } from './tables/start-of-both.js';
import { subSecond, subSecondUrgent } from './tables/sub-second.js';

export const TABLES: readonly (readonly Table[])[] = [
  [deadMaster, linkLoss],
  [plannedStop],
  [checkFailure, preemptingReturn],
  [deletedAddress],
  [crash, freeze],
  [partition],
  [startOfBoth],
  [connections],
  [alone],
  [busy],
  [subSecond],
  [subSecondUrgent],
  [badPackets],
  [flood],
  [instances50],
  [instances255],
  [instances1000],
  [addresses],
  [growth],
  [manyChecks],
  [reload],
  [reading],
];
