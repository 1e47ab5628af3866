// Damaged requests and answers, over real sockets.

import t from 'tap';
import { answers, requests } from './control.js';
import { haproxy, http } from './probes.js';
import { fuzzTests } from './targets.js';

fuzzTests(t, [requests, answers, haproxy, http]);
