// FRR's vrrpd on a host of the lab: zebra, which knows the interfaces for it, and an interface with the virtual MAC
// address, on which the addresses always are and which it sets up and down. Both run as the user frr and end with the host.

import { VRID, virtualAddresses, type Dialect } from './dialect.js';
import { eventually } from './eventually.js';
import type { Host } from './host.js';

const FOLDER = '/run/frr';
const PROGRAMS = '/usr/lib/frr';
export const FRR_CONFIGURATION = `${FOLDER}/vrrpd.conf`;
const OPTIONS = `-z ${FOLDER}/zserv.api -A 127.0.0.1 -P 0 --vty_socket ${FOLDER} -u frr -g frr`;

/** zebra once for all lives of vrrpd; it has begun when the command returns. */
const START = `
[ -e ${FOLDER}/zebra.pid ] || ${PROGRAMS}/zebra -d -f ${FOLDER}/zebra.conf -i ${FOLDER}/zebra.pid ${OPTIONS}
exec ${PROGRAMS}/vrrpd -f ${FRR_CONFIGURATION} -i ${FOLDER}/vrrpd.pid ${OPTIONS} --log stdout
`;
export const FRR_COMMAND = ['sh', '-c', START];

/** RFC 5798 § 7.3, with VRID 91 */
const VIRTUAL_MAC = { ipv4: '00:00:5e:00:01:5b', ipv6: '00:00:5e:00:02:5b' } as const;
const LINK = `vrrp-${VRID}`;

/**
 * What FRR has to find on the host before it starts, down as on a BACKUP. The interface's own link-local address, from
 * which it sends, comes before the virtual one; nobody answers ARP for an address of another interface.
 */
export async function prepareFrr({ namespace, interface: link }: Host, dialect: Dialect): Promise<void> {
  const mac = VIRTUAL_MAC[dialect.family];
  await namespace.write(`${FOLDER}/zebra.conf`, '');
  await namespace.run('chown', 'frr:frr', FOLDER);
  // It leaves a folder there for each life.
  await namespace.run('mount', '-t', 'tmpfs', 'tmpfs', '/var/tmp');
  await namespace.ip('link', 'add', LINK, 'link', link, 'address', mac, 'type', 'macvlan', 'mode', 'bridge');
  await namespace.ip('link', 'set', LINK, 'addrgenmode', 'random');
  const settings = [`net.ipv6.conf.${LINK}.accept_dad=0`, 'net.ipv4.conf.all.arp_ignore=1'];
  await namespace.run('sysctl', '-qw', ...settings);
  const addresses = virtualAddresses(dialect);
  for (const address of addresses) await namespace.ip('address', 'add', address, 'dev', LINK);
  await namespace.ip('link', 'set', LINK, 'up');
  await eventually('it has an address of its own', async () => {
    const lines = (await namespace.ip('-o', '-6', 'address', 'show', 'dev', LINK, 'scope', 'link')).split('\n');
    return lines.some((line) => line !== '' && !addresses.some((address) => line.includes(` ${address}/`)));
  });
  await namespace.ip('link', 'set', LINK, 'protodown', 'on');
}
