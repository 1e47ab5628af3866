// Processes counted by a look at /proc, as it is where there is no process connector: in a namespace of processes.

import './own-network.js';
import t from 'tap';
import { countingTests } from './process-cases.js';

countingTests(t, 'a look at /proc each second');
