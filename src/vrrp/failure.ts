// The failure of something that is tracked as a reason: what it is, and in what state it was found.
// It decides nothing: whether it is a failure has been judged.

import type { Track } from '../config/model.js';
import type { OwnFault } from './reason.js';
import type { Surroundings } from './surroundings.js';

export function describeFailure({ kind, name, reverse }: Track, surroundings: Surroundings): OwnFault {
  switch (kind) {
    case 'interface':
      if (reverse) return { kind: 'link-up', interface: name };
      return { kind: surroundings.links.has(name) ? 'link-down' : 'no-interface', interface: name };
    case 'script': {
      const outcome = surroundings.scripts.get(name)?.lastOutcome;
      return { kind: 'script-failed', script: name, ...(outcome && { outcome }) };
    }
    case 'file':
      return { kind: 'file-says', file: name, value: surroundings.files.get(name)?.value ?? 0 };
    case 'process':
      return { kind: 'process-failed', process: name, words: surroundings.processes.get(name)?.words ?? '' };
  }
}
