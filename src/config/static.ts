// `static_ipaddress { }`: addresses that the host has in any state. One without `dev` is on the default interface, which is
// rarely what was meant. keepalived.conf(5): STATIC ROUTES/ADDRESSES/RULES.

import { formatPrefix } from '../address.js';
import type { CompletedInstance } from './complete.js';
import type { Report } from './diagnostic.js';
import type { GlobalDraft } from './global-defs.js';
import type { VirtualAddress } from './model.js';
import type { AddressEntry } from './virtual-address.js';

const DEFAULT_INTERFACE = 'eth0';

/** With the interface of each; told where it rests on a default that nothing else in the file names. */
export function completeStatic(
  entries: readonly AddressEntry[],
  { global, instances, report }: { global: GlobalDraft; instances: readonly CompletedInstance[]; report: Report },
): VirtualAddress[] {
  const written = global.defaultInterface?.value;
  return entries.map(({ address, span }) => {
    const dev = address.dev ?? written ?? DEFAULT_INTERFACE;
    const isNamed = written !== undefined || instances.some(({ instance }) => instance.interface === dev);
    if (address.dev === undefined && !isNamed)
      report.warning('default-interface', span, `${formatPrefix(address.prefix)} has no dev: it is put on ${dev}`);
    return { ...address, dev };
  });
}
