// What is fixed in layout 1, for the demo's own parts and for the programs it starts: names, addresses, ports.

import type { IpAddress } from '../../src/address.js';

/** The address that the pair shares. */
export const VIP = '192.168.1.190' as IpAddress;
export const DATABASE_PORT = 3306;
export const STATUS_PORT = 48_800;
export const STATUS_PATH = '/admin-status';

export const NODES = [
  { name: 'edu-haproxy-01', address: '192.168.1.191/24' },
  { name: 'edu-haproxy-02', address: '192.168.1.192/24' },
] as const;
export const DATABASES = [
  { name: 'mycat-01', address: '192.168.1.201' },
  { name: 'mycat-02', address: '192.168.1.202' },
] as const;
export const CLIENT = { name: 'client', address: '192.168.1.10/24' } as const;

/** haproxy.cfg of a node: the service on 3306, the status page that tells the node's name. */
export function haproxyConfiguration(node: string): string {
  const servers = DATABASES.map(({ name, address }) => `    server ${name} ${address}:${DATABASE_PORT} check\n`);
  return `global
    node ${node}
    pidfile /run/haproxy.pid
defaults
    mode tcp
    timeout connect 1s
    timeout client 10s
    timeout server 10s
listen status
    bind *:${STATUS_PORT}
    mode http
    stats enable
    stats uri ${STATUS_PATH}
    stats show-node
listen mycat
    bind *:${DATABASE_PORT}
    balance roundrobin
${servers.join('')}`;
}
