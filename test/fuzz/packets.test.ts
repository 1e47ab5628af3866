// Random and damaged packets, what the kernel tells of sockets, the router, small texts from outside, and stories.

import t from 'tap';
import { sockets } from './connections.js';
import { crashNote } from './crash-note.js';
import { comm, lines, note, number, pid } from './files.js';
import { advert, advertisement, arp } from './packets.js';
import { router } from './router.js';
import { story } from './story.js';
import { fuzzTests } from './targets.js';

fuzzTests(t, [advert, arp, advertisement, sockets, router, number, note, crashNote, pid, comm, lines, story]);
