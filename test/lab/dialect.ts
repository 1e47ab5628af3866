// What the routers of a pair say to each other: version, family, password, to a group or to one another; and their
// configurations, as keepalived and FRR read them. RFC 3768 § 5, RFC 5798 § 5. It is data: nothing is started here.

import type { Family, IpAddress } from '../../src/address.js';

export interface Dialect {
  readonly name: string;
  readonly version: 2 | 3;
  readonly family: Family;
  /** ms */
  readonly interval: number;
  /** Version 2 alone has one. */
  readonly password?: string;
  readonly unicast?: true;
}

export const VRID = 91;
export const PASSWORD = '1111';

/** Version 3 by a shorter interval, which version 2 can't say: what is waited for is there sooner. */
const V2 = { version: 2, family: 'ipv4', interval: 1_000 } as const;
const V3 = { version: 3, family: 'ipv4', interval: 500 } as const;
export const V3_IPV6: Dialect = { name: 'version 3 on IPv6', version: 3, family: 'ipv6', interval: 500 };

export const V2_PASS: Dialect = { name: 'version 2 with a password', ...V2, password: PASSWORD };
/** Those that every router knows. */
export const COMMON_DIALECTS: readonly Dialect[] = [
  { name: 'version 2', ...V2 },
  { name: 'version 3', ...V3 },
  V3_IPV6,
];
/** Those of keepalived beside them. */
export const KEEPALIVED_DIALECTS: readonly Dialect[] = [
  V2_PASS,
  { name: 'version 2, unicast', ...V2, unicast: true },
  { name: 'version 3, unicast', ...V3, unicast: true },
  { ...V3_IPV6, name: 'version 3 on IPv6, unicast', unicast: true },
];

/** For what clients must not notice. */
export const V3_QUICK: Dialect = { name: 'version 3, an advert each 100 ms', ...V3, interval: 100 };

/** The hosts of a pair; the client has both families too. */
const HOSTS = {
  a: { ipv4: '192.168.1.191', ipv6: '2001:db8::191' },
  b: { ipv4: '192.168.1.192', ipv6: '2001:db8::192' },
  client: { ipv4: '192.168.1.10', ipv6: '2001:db8::10' },
} as const;
export type Name = keyof typeof HOSTS;
const LENGTHS = { ipv4: 24, ipv6: 64 } as const;

export const hostAddress = (name: Name, family: Family): string => `${HOSTS[name][family]}/${LENGTHS[family]}`;

/** What the client asks. */
const SERVED = { ipv4: '192.168.1.190' as IpAddress, ipv6: '2001:db8::190' as IpAddress } as const;
export const servedAddress = ({ family }: Dialect): IpAddress => SERVED[family];

/** RFC 5798 § 5.2.9: the first one of IPv6 is link-local. */
export const virtualAddresses = ({ family }: Dialect): IpAddress[] =>
  family === 'ipv4' ? [SERVED.ipv4] : ['fe80::190' as IpAddress, SERVED.ipv6];

export interface Part {
  readonly name: 'a' | 'b';
  readonly priority: number;
  readonly nopreempt: boolean;
  /** Names both routers as its peers, as where all nodes have the same list. */
  readonly namesItself: boolean;
}

/** A keepalived.conf with the one instance VI_1. */
export function keepalivedText(dialect: Dialect, part: Part): string {
  const { version, interval, password } = dialect;
  return `vrrp_instance VI_1 {
    state BACKUP
    interface eth1
    virtual_router_id ${VRID}
    priority ${part.priority}
    ${part.nopreempt ? 'nopreempt' : ''}
    advert_int ${interval / 1_000}${version === 3 ? '\n    version 3' : ''}${password === undefined ? '' : passwordText(password)}${dialect.unicast ? unicastText(dialect, part) : ''}
    virtual_ipaddress {
${virtualAddresses(dialect)
  .map((address) => `        ${address}\n`)
  .join('')}    }
}
`;
}

const passwordText = (password: string): string => `
    authentication {
        auth_type PASS
        auth_pass ${password}
    }`;

function unicastText({ family }: Dialect, { name, namesItself }: Part): string {
  const peers = (['a', 'b'] as const).filter((one) => namesItself || one !== name);
  return `
    unicast_src_ip ${HOSTS[name][family]}
    unicast_peer {
${peers.map((peer) => `        ${HOSTS[peer][family]}\n`).join('')}    }`;
}

/** The same for FRR's vrrpd, which preempts always. */
export function frrText(dialect: Dialect, { priority }: Pick<Part, 'priority'>): string {
  const words = [
    `version ${dialect.version}`,
    `priority ${priority}`,
    `advertisement-interval ${dialect.interval}`,
    ...virtualAddresses(dialect).map((address) => `${dialect.family === 'ipv4' ? 'ip' : 'ipv6'} ${address}`),
  ];
  return `interface eth1\n${words.map((word) => ` vrrp ${VRID} ${word}\n`).join('')}`;
}
