// Opens each kind of socket once and says which capabilities are missing all the same; for a test.

import { Ipv4AdvertSockets } from '../../src/linux/advert-socket-ipv4.js';
import { Ipv6AdvertSockets } from '../../src/linux/advert-socket-ipv6.js';
import { missingCapabilities } from '../../src/linux/capabilities.js';
import { FrameSocket } from '../../src/linux/frame-socket.js';
import { Interfaces } from '../../src/linux/interfaces.js';
import { Netlink } from '../../src/linux/netlink.js';

const netlink = new Netlink();
const interfaces = new Interfaces(netlink, () => undefined);
interfaces.receive();
new FrameSocket();
const adverts = new Ipv4AdvertSockets(() => undefined);
const opening = { name: 'lo', index: interfaces.find('lo')?.index ?? 0, groups: [] };
adverts.open(opening);
adverts.closeAll();
const ipv6Adverts = new Ipv6AdvertSockets(() => undefined);
ipv6Adverts.open(opening);
ipv6Adverts.closeAll();
interfaces.close();
console.log('open', missingCapabilities());
