// Opens each kind of socket once and says which capabilities are missing all the same; for a test.

import { AdvertSockets } from '../../src/linux/advert-socket.js';
import { missingCapabilities } from '../../src/linux/capabilities.js';
import { FrameSocket } from '../../src/linux/frame-socket.js';
import { Interfaces } from '../../src/linux/interfaces.js';
import { Netlink } from '../../src/linux/netlink.js';

const netlink = new Netlink();
const interfaces = new Interfaces(netlink, () => undefined);
interfaces.receive();
new FrameSocket();
const adverts = new AdvertSockets(() => undefined);
adverts.open({ name: 'lo', index: interfaces.find('lo')?.index ?? 0 });
adverts.closeAll();
interfaces.close();
console.log('open', missingCapabilities());
