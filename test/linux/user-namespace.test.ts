// Root of a container only, without rights over the machine: everything opens, with the queues that it is allowed.

import './own-network.js';
import { spawnSync } from 'node:child_process';
import t from 'tap';
import { TYPESCRIPT } from '../typescript.js';

const UNSHARE = ['--user', '--map-root-user', '--net'];
const allowed = spawnSync('unshare', [...UNSHARE, 'true']).status === 0;

t.test('all sockets open', { skip: !allowed && 'needs user namespaces' }, (t) => {
  const linux = new URL('../../src/linux/', import.meta.url).href;
  const code = `import { AdvertSockets } from '${linux}advert-socket.ts';
    import { FrameSocket } from '${linux}frame-socket.ts';
    import { Interfaces } from '${linux}interfaces.ts';
    import { Netlink } from '${linux}netlink.ts';
    import { missingCapabilities } from '${linux}capabilities.ts';
    const netlink = new Netlink();
    const interfaces = new Interfaces(netlink, () => undefined);
    interfaces.receive();
    new FrameSocket();
    const adverts = new AdvertSockets(() => undefined);
    adverts.open({ name: 'lo', index: interfaces.find('lo').index });
    adverts.closeAll();
    interfaces.close();
    console.log('open', missingCapabilities());`;
  const node = [process.execPath, ...TYPESCRIPT, '--input-type=module', '-e', code];
  const options = { encoding: 'utf8', cwd: new URL('../..', import.meta.url) } as const;
  const { stdout, stderr } = spawnSync('unshare', [...UNSHARE, ...node], options);
  t.equal(stdout, 'open []\n', stderr);
  t.end();
});
