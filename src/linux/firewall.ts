// What is sent to the addresses of instances with no_accept is dropped on this host: the rules as the text that nft(8) reads,
// and how they are given to it. Packets that a MASTER forwards, and neighbour discovery, go through. It knows no state: a
// packet comes this way only while its address is here. RFC 5798 § 6.1 (Accept_Mode), § 6.4.3 (650) to (660).

import { execFile } from 'node:child_process';
import { familyOf, isLinkLocal } from '../address.js';
import type { VirtualAddress, VrrpInstance } from '../config/model.js';
import { handOnNetAdmin } from './capabilities.js';
import { settle } from './native.js';

/** Of our own: keepalived's is another, and each daemon may remove its own. */
export const TABLE = 'inet vrrpd';
const PATIENCE_MILLISECONDS = 5_000;

/** All that the table consists of; empty when nothing is to be dropped. The owner (priority 255) always accepts. */
export function firewallRules(instances: readonly VrrpInstance[]): string {
  const dropped = instances
    .filter(({ accept, priority }) => !accept && priority !== 255)
    .flatMap(({ virtualAddresses, excludedAddresses }) => [...virtualAddresses, ...excludedAddresses]);
  const rules = [...new Set(dropped.map(matchOf))]
    .map(
      (match) =>
        [match, new Set(dropped.filter((one) => matchOf(one) === match).map(({ prefix }) => prefix.address))] as const,
    )
    .map(([match, addresses]) => `    ${match} { ${[...addresses].join(', ')} } counter drop\n`);
  if (rules.length === 0) return '';
  return `table ${TABLE} {
  chain input {
    type filter hook input priority -1; policy accept;
    icmpv6 type { 133, 134, 135, 136 } accept
${rules.join('')}  }
}
`;
}

/** A link-local address may be another host's on another interface. */
function matchOf({ dev, prefix: { address } }: VirtualAddress): string {
  if (familyOf(address) === 'ipv4') return 'ip daddr';
  return isLinkLocal(address) ? `iifname "${dev}" ip6 daddr` : 'ip6 daddr';
}

/** In the place of what was there, in one transaction; empty: nothing is there. In words why that could not be. */
export function setFirewall(rules: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const options = { timeout: PATIENCE_MILLISECONDS, killSignal: 'SIGKILL' } as const;
    handOnNetAdmin(() => {
      const child = execFile('nft', ['-f', '-'], options, (error, _output, complaint) => {
        resolve(error ? describe(error, complaint) : undefined);
      });
      if (child.pid !== undefined) settle(child.pid);
      // One that has ended already takes no text; why is known by then.
      child.stdin?.on('error', () => undefined).end(`add table ${TABLE}\ndelete table ${TABLE}\n${rules}`);
    });
  });
}

function describe({ code, killed }: { code?: unknown; killed?: boolean }, complaint: string): string {
  if (code === 'ENOENT') return 'there is no nft (package nftables)';
  if (killed === true) return `nft does not end within ${PATIENCE_MILLISECONDS / 1_000} s`;
  const [first = ''] = complaint.split('\n');
  return first === '' ? `nft fails (${String(code)})` : first;
}
