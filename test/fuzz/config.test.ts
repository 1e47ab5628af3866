// Configurations, short texts, damaged samples, and dump files.

import t from 'tap';
import { config, pieces } from './config.js';
import { dumps } from './dumps.js';
import { fuzzTests } from './targets.js';

fuzzTests(t, [config, pieces, dumps]);
