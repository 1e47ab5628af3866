// The other host of the advert tests, in a network namespace of its own: waits for the interface named on its command
// line, sends as many adverts as each line of its input says, to the address that it may name, and prints a line for each
// one that it hears.

import { createInterface } from 'node:readline';
import { addressFromOctets, parseAddress, VRRP_GROUPS } from '../../src/address.js';
import { Ipv4AdvertSockets } from '../../src/linux/advert-socket-ipv4.js';
import { decodeIpv4Advert, encodeIpv4Advert } from '../../src/packet/vrrp.js';
import { seconds } from '../../src/time.js';
import { ip, until } from './own-network.js';

const [, , name = ''] = process.argv;
const source = addressFromOctets(Uint8Array.of(192, 0, 2, 2));
const index = await until(name, () => {
  const links = JSON.parse(ip('-j link')) as { ifname: string; ifindex: number }[];
  return links.find(({ ifname }) => ifname === name)?.ifindex;
});
ip(`addr add ${source}/24 dev ${name}`);
ip(`link set ${name} up`);
const sockets = new Ipv4AdvertSockets(() =>
  sockets.receive((_, octets) => console.log(`heard ${JSON.stringify(decodeIpv4Advert(octets))}`)),
);
sockets.open({ name, index, groups: [VRRP_GROUPS.ipv4] });
console.log('open');

let identification = 0;
for await (const line of createInterface(process.stdin)) {
  const [times, to = VRRP_GROUPS.ipv4] = line.split(' ');
  const destination = parseAddress(to) ?? source;
  for (let count = Number(times); count > 0; count--) {
    const header = { source, destination, ttl: 255, identification: ++identification };
    const advert = { virtualRouterId: 91, priority: 110, interval: seconds(1), addresses: [] };
    sockets.send(name, encodeIpv4Advert(header, { version: 2, ...advert, authentication: { type: 'none' } }));
  }
  console.log(`sent ${line}`);
}
sockets.closeAll();
