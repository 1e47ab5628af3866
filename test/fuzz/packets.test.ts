// Random and damaged packets, the router that hears them, and small texts from outside.

import t from 'tap';
import { comm, lines, note, number, pid } from './files.js';
import { advert, arp } from './packets.js';
import { router } from './router.js';
import { fuzzTests } from './targets.js';

fuzzTests(t, [advert, arp, router, number, note, pid, comm, lines]);
