// `vrrp_instance NAME { }`: its keywords. How they complete each other is in complete.ts.
// keepalived.conf(5): VRRP INSTANCE(S).

import { authentication } from './authentication.js';
import { notifyCommand } from './command.js';
import { named } from './diagnostic.js';
import { actedUpon, each, notYet, refused, Table, withoutMeaning, type Draft, type Value } from './keyword.js';
import { routeList } from './route.js';
import { ruleList } from './rule.js';
import { trackScriptList } from './track-script.js';
import {
  atLeast,
  bool,
  decimalSeconds,
  flag,
  integer,
  interfaceName,
  ipv4Address,
  single,
  vrrpVersion,
  wholeSeconds,
} from './value.js';
import { addressList } from './virtual-address.js';

const DAY = 86_400;
const MOST_ROUNDS = 1_000;

/** Another word is taken for BACKUP, as keepalived does: it does not change who is master. */
const state: Value<'MASTER' | 'BACKUP'> = single('`MASTER` or `BACKUP`', (word, report) => {
  if (word.text === 'MASTER' || word.text === 'BACKUP') return word.text;
  const upper = word.text.toUpperCase();
  const beside = upper === 'MASTER' || upper === 'BACKUP' ? { suggestion: upper } : {};
  report.warning('bad-value', word.span, `${named(word.text)} is taken for BACKUP`, beside);
  return 'BACKUP';
});

const mainInterface: Value<string> = {
  ...interfaceName,
  read(statement, report) {
    const name = interfaceName.read(statement, report);
    if (name !== 'lo') return name;
    report.error('bad-value', statement.args[0]?.span ?? statement.keyword.span, 'VRRP cannot run on the loopback');
    return undefined;
  },
};

const seconds = wholeSeconds({ from: 0, to: DAY });
const rounds = atLeast(1, integer({ from: 0, to: MOST_ROUNDS }));
const UNICAST = refused('unicast is not supported yet');
const UNICAST_ONLY = withoutMeaning('only for unicast');
const VMAC = refused('a virtual MAC address is not supported yet');
const UNTRACKED = notYet('it is not tracked: a failure changes nothing');

const keywords = {
  state: actedUpon(state, '`MASTER` with priority 255, else `BACKUP`'),
  interface: actedUpon(mainInterface, 'required'),
  virtual_router_id: actedUpon(integer({ from: 1, to: 255 }), 'required'),
  priority: actedUpon(integer({ from: 1, to: 255 }), '100; 255 with state MASTER'),
  advert_int: actedUpon(decimalSeconds({ from: 0.01, to: 255, decimals: 6 }), '1'),
  version: actedUpon(vrrpVersion, 'vrrp_version'),
  nopreempt: actedUpon(flag, 'not set'),
  preempt: actedUpon(flag, 'set'),
  preempt_delay: actedUpon(decimalSeconds({ from: 0, to: 1000, decimals: 6 }), '0'),
  down_timer_adverts: actedUpon(integer({ from: 1, to: 100 }), 'vrrp_down_timer_adverts'),
  authentication: actedUpon(authentication, 'none'),
  mcast_src_ip: actedUpon(ipv4Address, 'the first address of the interface'),
  virtual_ipaddress: actedUpon(addressList, 'none'),
  virtual_ipaddress_excluded: actedUpon(addressList, 'none'),
  virtual_routes: actedUpon(routeList, 'none'),
  virtual_rules: actedUpon(ruleList, 'none'),
  track_script: actedUpon(trackScriptList, 'none'),
  dont_track_primary: actedUpon(flag, 'not set'),
  garp_master_delay: actedUpon(seconds, 'vrrp_garp_master_delay'),
  garp_master_repeat: actedUpon(rounds, 'vrrp_garp_master_repeat'),
  garp_master_refresh: actedUpon(seconds, 'vrrp_garp_master_refresh'),
  garp_master_refresh_repeat: actedUpon(rounds, 'vrrp_garp_master_refresh_repeat'),
  garp_lower_prio_delay: actedUpon(seconds, 'vrrp_garp_lower_prio_delay, else garp_master_delay'),
  garp_lower_prio_repeat: actedUpon(
    integer({ from: 0, to: MOST_ROUNDS }),
    'vrrp_garp_lower_prio_repeat, else garp_master_repeat',
  ),
  lower_prio_no_advert: actedUpon(bool, 'vrrp_lower_prio_no_advert'),
  higher_prio_send_advert: actedUpon(bool, 'vrrp_higher_prio_send_advert'),
  notify_master: actedUpon(notifyCommand, 'none'),
  notify_backup: actedUpon(notifyCommand, 'none'),
  notify_fault: actedUpon(notifyCommand, 'none'),
  notify_stop: actedUpon(notifyCommand, 'none'),
  notify: actedUpon(notifyCommand, 'none'),

  smtp_alert: notYet('no mail is sent'),
  ...each(['notify_deleted', 'notify_master_rx_lower_pri'], notYet('it is not run')),
  notify_priority_changes: notYet('nobody is told of a new priority'),
  ...each(['track_interface', 'track_process', 'track_file', 'track_bfd'], UNTRACKED),
  track_src_ip: notYet('the loss of the source address is not a fault'),
  no_accept: notYet('packets to the address are accepted all the same'),
  strict_mode: notYet(
    'not carried out; with keepalived it drops what clients send to the address: on a host that serves, leave it out',
  ),
  owner_ignore_adverts: notYet('an owner looks at the adverts of others'),
  timer_expired_backup: notYet('a late master stays master'),
  promote_secondaries: notYet('the setting of the interface is left as it is'),
  vrf: notYet('the interface is used as it is'),

  ...each(['unicast_peer', 'unicast_src_ip'], UNICAST),
  mcast_dst_ip: refused('adverts go to 224.0.0.18 only', { harmless: ['224.0.0.18'] }),
  ...each(['use_vmac', 'use_vmac_addr', 'use_ipvlan'], VMAC),
  native_ipv6: refused('IPv6 is not supported yet'),
  auth_hmac: refused('this authentication is not supported yet'),

  accept: withoutMeaning('packets to the address are accepted in any case'),
  skip_check_adv_addr: withoutMeaning('a differing address list is accepted with a warning in any case'),
  no_virtual_ipaddress: withoutMeaning('an instance may have no address in any case'),
  vmac_xmit_base: withoutMeaning('only for use_vmac'),
  garp_extra_if: withoutMeaning('only for use_vmac'),
  ...each(['unicast_ttl', 'check_unicast_src', 'old_unicast_checksum', 'unicast_fault_no_peer'], UNICAST_ONLY),
  v3_checksum_as_v2: withoutMeaning('only for version 3'),
  ...each(['lvs_sync_daemon_interface', 'linkbeat_use_polling'], withoutMeaning('keepalived gave it up')),
  kernel_rx_buf_size: withoutMeaning('the socket is emptied before a timer is acted upon'),
  debug: withoutMeaning('the log level is an option of the program'),
};

export const vrrpInstanceTable = new Table('vrrp_instance', keywords);
export type InstanceDraft = Draft<typeof keywords>;
