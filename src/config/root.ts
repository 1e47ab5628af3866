// What may stand outside all blocks: the blocks that are read, and those of other subsystems, which are parsed whole and
// reported once each. keepalived.conf(5): TOP HIERARCHY.

import { garpGroupTable, linkbeatList } from './garp-group.js';
import { globalDefsTable } from './global-defs.js';
import { delayList } from './interface-delays.js';
import { actedUpon, each, notYet, refused, Table, withoutMeaning, type Keywords, type Value } from './keyword.js';
import { routeList } from './route.js';
import { ruleList } from './rule.js';
import type { Statement } from './tree.js';
import { syncGroupTable } from './sync-group.js';
import { trackFileTable } from './track-file.js';
import { trackProcessTable } from './track-process.js';
import { append, block, flag, integer, text } from './value.js';
import { addressList } from './virtual-address.js';
import { vrrpInstanceTable } from './vrrp-instance.js';
import { vrrpScriptTable } from './vrrp-script.js';

/** A block that may be there several times; read by its table when all are known. */
const blocks = <K extends Keywords>({ inside }: Table<K>): Value<Statement[]> => ({
  form: 'block',
  inside,
  join: append,
  read: (statement) => [statement],
});

const VIRTUAL_SERVER = notYet('no traffic is forwarded: virtual servers are not there yet');

export const rootTable = new Table('the top level', {
  global_defs: actedUpon(blocks(globalDefsTable), 'none'),
  vrrp_script: actedUpon(blocks(vrrpScriptTable), 'none'),
  vrrp_instance: actedUpon(blocks(vrrpInstanceTable), 'none'),

  static_ipaddress: actedUpon(addressList, 'none'),
  static_routes: actedUpon(routeList, 'none'),
  static_rules: actedUpon(ruleList, 'none'),

  vrrp_sync_group: actedUpon(blocks(syncGroupTable), 'none'),
  ...each(['track_file', 'vrrp_track_file'], actedUpon(blocks(trackFileTable), 'none')),
  vrrp_track_process: actedUpon(blocks(trackProcessTable), 'none'),
  interface_up_down_delays: actedUpon(delayList, 'none'),
  use_pid_dir: actedUpon(flag, 'not set'),
  instance: actedUpon(text('name'), 'none'),

  ...each(['track_group', 'static_track_group'], notYet('addresses and routes are not grouped')),
  bfd_instance: notYet('it is not tracked'),
  linkbeat_interfaces: notYet('the state of a link is what the kernel says', { value: linkbeatList }),
  garp_group: notYet('gratuitous ARPs are sent back to back', { value: block(garpGroupTable) }),
  ...each(['virtual_server', 'virtual_server_group'], VIRTUAL_SERVER),
  SSL: withoutMeaning('only for checks of virtual servers'),

  ...each(
    ['net_namespace', 'net_namespace_ipvs'],
    refused('start the program in the network namespace instead', { value: text('name') }),
  ),
  namespace_with_ipsets: withoutMeaning('there are no ipsets'),
  child_wait_time: withoutMeaning('there is one process only', integer({ from: 0, to: 86_400 })),
  linkbeat_use_polling: withoutMeaning('keepalived gave it up'),
});
