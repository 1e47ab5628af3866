// Damaged messages of the kernel, in a network of its own.

import '../linux/own-network.js';
import t from 'tap';
import { fuzzTests, ofRoot } from './targets.js';

fuzzTests(t, ofRoot);
