// Whether this is root as the machine knows it. Root of a user namespace, as which an ordinary user's run goes on, has the
// lab all the same; but it may not call setgroups(2), can become no other user, and may not mount all that is there.

import { existsSync, readFileSync } from 'node:fs';

const SETGROUPS = '/proc/self/setgroups';
const inUserNamespace = existsSync(SETGROUPS) && readFileSync(SETGROUPS, 'utf8') === 'deny\n';

/** Why a test that needs real root can't run; false when it can. */
export const noRealRoot =
  process.getuid?.() === 0 ? inUserNamespace && 'needs real root: this is that of a user namespace' : 'needs real root';
