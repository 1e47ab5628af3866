// Random and damaged packets, the router that hears them, small texts from outside, and stories.

import t from 'tap';
import { crashNote } from './crash-note.js';
import { comm, lines, note, number, pid } from './files.js';
import { advert, arp } from './packets.js';
import { router } from './router.js';
import { story } from './story.js';
import { fuzzTests } from './targets.js';

fuzzTests(t, [advert, arp, router, number, note, crashNote, pid, comm, lines, story]);
