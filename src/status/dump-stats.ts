// The text of keepalived.stats: the counters of each instance under the names of RFC 2787, laid out as keepalived 2.2.7
// does, since other programs take it apart. It writes no file.

import type { Instance } from '../vrrp/instance.js';
import type { Router } from '../vrrp/router.js';
import { counters } from './dump-words.js';

export const dumpStats = (router: Router): string =>
  [...router.instances.values()].map((instance) => `${instanceLines(instance).join('\n')}\n`).join('');

function instanceLines({ config, statistics }: Instance): string[] {
  const count = counters(statistics);
  return [
    `VRRP Instance: ${config.name}`,
    '  Advertisements:',
    `    Received: ${count.advert_rcvd}`,
    `    Sent: ${count.advert_sent}`,
    `  Became master: ${count.become_master}`,
    `  Released master: ${count.release_master}`,
    '  Packet Errors:',
    `    Length: ${count.packet_len_err}`,
    `    TTL: ${count.ip_ttl_err}`,
    `    Invalid Type: ${count.invalid_type_rcvd}`,
    `    Advertisement Interval: ${count.advert_interval_err}`,
    `    Address List: ${count.addr_list_err}`,
    '  Authentication Errors:',
    `    Invalid Type: ${count.invalid_authtype}`,
    `    Type Mismatch: ${count.authtype_mismatch}`,
    `    Failure: ${count.auth_failure}`,
    '  Priority Zero:',
    `    Received: ${count.pri_zero_rcvd}`,
    `    Sent: ${count.pri_zero_sent}`,
  ];
}
