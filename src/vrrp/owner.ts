// Who may have a deadline in a router: instances, what is tracked, and the router's own waiting.
// A type only, so that the files that keep deadlines need not know each other.

import type { ProcessTracker } from '../track/process.js';
import type { ScriptTracker } from '../track/script.js';
import type { Instance } from './instance.js';
import type { LinkDelay } from './link-delay.js';

export type Owner = Instance | ScriptTracker | ProcessTracker | LinkDelay | 'startup delay' | 'maintenance' | 'statics';
