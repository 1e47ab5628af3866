// All tables of the bench, in the order in which they are played and shown.

import type { Table } from './table.js';
import { alone } from './tables/alone.js';
import { deadMaster } from './tables/dead-master.js';
import { foretold } from './tables/foretold.js';
import { growth } from './tables/growth.js';
import { linkLoss } from './tables/link-loss.js';
import { manyChecks } from './tables/many-checks.js';
import { plannedStop } from './tables/planned-stop.js';
import { reading } from './tables/reading.js';
import { reload } from './tables/reload.js';

export const TABLES: readonly Table[] = [
  deadMaster,
  linkLoss,
  plannedStop,
  foretold,
  alone,
  growth,
  manyChecks,
  reload,
  reading,
];
