// Root of a container only, without rights over the machine: everything opens, with the queues that it is allowed.

import './own-network.js';
import { spawnSync } from 'node:child_process';
import t from 'tap';
import { programOf } from '../program.js';

const UNSHARE = ['--user', '--map-root-user', '--net'];
const allowed = spawnSync('unshare', [...UNSHARE, 'true']).status === 0;

t.test('all sockets open', { skip: !allowed && 'needs user namespaces' }, (t) => {
  const { stdout, stderr } = spawnSync('unshare', [...UNSHARE, ...programOf('socket-opener.ts')], { encoding: 'utf8' });
  t.equal(stdout, 'open []\n', stderr);
  t.end();
});
