// The rehearsal plays the first instance as it is configured, whatever its version, its family and its peers are.

import t from 'tap';
import { readConfig } from '../../src/config/read.js';
import { Rehearsal } from '../../src/daemon/rehearsal.js';
import { Addresses } from '../../src/linux/addresses.js';
import type { Effect } from '../../src/vrrp/effect.js';

const KINDS: Readonly<Record<string, { words: string; address: string }>> = {
  'version 2': { words: 'version 2', address: '192.168.1.190' },
  'with a password': { words: 'authentication {\nauth_type PASS\nauth_pass 1111\n}', address: '192.168.1.190' },
  'version 3': { words: 'version 3', address: '192.168.1.190' },
  IPv6: { words: 'version 3', address: 'fe80::190' },
  'with a source of its own': { words: 'mcast_src_ip 192.168.1.191', address: '192.168.1.190' },
  unicast: { words: 'unicast_peer {\n192.168.1.192\n}', address: '192.168.1.190' },
  'unicast on IPv6': { words: 'unicast_peer {\n2001:db8::192\n}', address: '2001:db8::190' },
};

const interfaceOf = (effect: Effect): string | undefined => {
  if ('interface' in effect) return effect.interface;
  return effect.kind === 'add-address' ? effect.address.dev : undefined;
};

for (const [name, { words, address }] of Object.entries(KINDS))
  t.test(name, (t) => {
    const text = `vrrp_instance VI_1 {\ninterface eth1\nvirtual_router_id 91\n${words}\nvirtual_ipaddress {\n${address}\n}\n}\n`;
    const { config } = readConfig({ file: 'it', load: () => text });
    if (config === undefined) throw new Error(text);
    const real = new Addresses({ request: (requests) => requests.map(() => undefined) }, () => undefined);
    let asked: Effect[] = [];
    const rehearsal = new Rehearsal((effects) => asked.push(...effects), real);
    const kinds = (): string[] => [...new Set(asked.map(({ kind }) => kind))].sort();
    rehearsal.update(config);
    rehearsal.whole();
    const announcement = address.includes(':') ? 'send-na' : 'send-garp';
    // Nobody is asked across a router.
    const probes = words.includes('unicast') ? [] : ['send-probe'];
    t.same(kinds(), ['add-address', 'remove-address', 'send-advert', announcement, ...probes].sort());
    asked = [];
    rehearsal.takeOver();
    t.same(
      asked.map(({ kind }) => kind),
      ['send-advert', 'add-address', announcement],
    );
    t.same(new Set(asked.map(interfaceOf)), new Set(['']), 'on no interface that there is');
    t.end();
  });
