// The root of a user namespace that an ordinary user made may not call setgroups(2), so it can become nobody else. The
// rest of the lab works for it all the same.

import { existsSync, readFileSync } from 'node:fs';

const FILE = '/proc/self/setgroups';

/** Why a test that needs other users, or the machine's own root, can't run; false when it can. */
export const noOtherUsers =
  existsSync(FILE) && readFileSync(FILE, 'utf8') === 'deny\n' && 'needs real root: this is that of a user namespace';
