// `vrrp_instance NAME { }`: its keywords. How they complete each other is in complete.ts.
// keepalived.conf(5): VRRP INSTANCE(S).

import { authentication } from './authentication.js';
import { notifyCommand, optionalCommand } from './command.js';
import { named } from './diagnostic.js';
import { actedUpon, each, notYet, refused, Table, withoutMeaning, type Draft, type Value } from './keyword.js';
import { routeList } from './route.js';
import { ruleList } from './rule.js';
import { trackInterfaceList, trackNameList } from './track.js';
import {
  anyWords,
  atLeast,
  bool,
  decimalSeconds,
  flag,
  integer,
  interfaceName,
  hostWord,
  multicastAddress,
  several,
  single,
  text,
  vrrpVersion,
  wholeSeconds,
} from './value.js';
import { oldChecksum, sourceAddress, unicastPeers } from './unicast.js';
import { addressList } from './virtual-address.js';
import { numberWord } from './words.js';

const DAY = 86_400;
const MOST_ROUNDS = 1_000;

/** Another word is taken for BACKUP, as keepalived does: it does not change who is master. */
const stateWord: Value<'MASTER' | 'BACKUP'> = single('`MASTER` or `BACKUP`', (word, report) => {
  if (word.text === 'MASTER' || word.text === 'BACKUP') return word.text;
  const upper = word.text.toUpperCase();
  const beside = upper === 'MASTER' || upper === 'BACKUP' ? { suggestion: upper } : {};
  report.warning('bad-value', word.span, `${named(word.text)} is taken for BACKUP`, beside);
  return 'BACKUP';
});

/** Written twice, MASTER stays. */
const state: Value<'MASTER' | 'BACKUP'> = { ...stateWord, firstCounts: (earlier) => earlier === 'MASTER' };

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
const SOURCE = 'the first address of the interface; for IPv6 its link-local one';
const VMAC = refused('a virtual MAC address is not supported yet');
const MOST_OCTETS = 2 ** 31 - 1;
const priorityWord = numberWord(1, 254);
const debugWord = numberWord(0, 4);

const keywords = {
  state: actedUpon(state, '`MASTER` with priority 255, else `BACKUP`'),
  interface: actedUpon(mainInterface, 'required'),
  virtual_router_id: actedUpon(integer({ from: 1, to: 255 }), 'required'),
  priority: actedUpon(integer({ from: 1, to: 255 }), '100; 255 with state MASTER'),
  advert_int: actedUpon(decimalSeconds({ from: 0.01, to: 255, decimals: 6 }), '1'),
  version: actedUpon(vrrpVersion, 'vrrp_version; 3 for IPv6'),
  nopreempt: actedUpon(flag, 'not set'),
  preempt: actedUpon(flag, 'set'),
  preempt_delay: actedUpon(decimalSeconds({ from: 0, to: 1000, decimals: 6 }), '0'),
  down_timer_adverts: actedUpon(integer({ from: 1, to: 100 }), 'vrrp_down_timer_adverts'),
  authentication: actedUpon(authentication, 'none'),
  mcast_src_ip: actedUpon(single('address', hostWord), SOURCE),
  unicast_src_ip: actedUpon(sourceAddress, SOURCE),
  track_src_ip: actedUpon(flag, 'not set'),
  mcast_dst_ip: actedUpon(multicastAddress(), 'vrrp_mcast_group4 or vrrp_mcast_group6'),
  unicast_peer: actedUpon(unicastPeers, 'none: multicast'),
  unicast_ttl: actedUpon(integer({ from: 0, to: 255 }), '255'),
  check_unicast_src: actedUpon(bool, 'vrrp_check_unicast_src; true when a peer has a limit'),
  old_unicast_checksum: actedUpon(oldChecksum, 'as the peer does'),
  unicast_fault_no_peer: actedUpon(flag, 'not set: multicast'),
  v3_checksum_as_v2: actedUpon(bool, 'v3_checksum_as_v2 of global_defs'),
  native_ipv6: actedUpon(flag, 'not set'),
  accept: actedUpon(flag, 'set, but in strict mode'),
  no_accept: actedUpon(flag, 'not set'),
  strict_mode: actedUpon(bool, 'vrrp_strict'),
  promote_secondaries: actedUpon(flag, 'not set'),
  kernel_rx_buf_size: actedUpon(integer({ from: 1, to: MOST_OCTETS }), 'vrrp_rx_bufs_policy, where it is a number'),
  virtual_ipaddress: actedUpon(addressList, 'none'),
  virtual_ipaddress_excluded: actedUpon(addressList, 'none'),
  virtual_routes: actedUpon(routeList, 'none'),
  virtual_rules: actedUpon(ruleList, 'none'),
  track_interface: actedUpon(trackInterfaceList, 'none'),
  ...each(['track_script', 'track_file', 'track_process'], actedUpon(trackNameList, 'none')),
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
  reset_connections: actedUpon(bool, 'vrrp_reset_connections'),
  notify_master: actedUpon(notifyCommand, 'none'),
  notify_backup: actedUpon(notifyCommand, 'none'),
  notify_fault: actedUpon(notifyCommand, 'none'),
  notify_stop: actedUpon(notifyCommand, 'none'),
  notify_deleted: actedUpon(optionalCommand, 'none: FAULT is said then'),
  notify_master_rx_lower_pri: actedUpon(notifyCommand, 'none'),
  notify: actedUpon(notifyCommand, 'none'),
  notify_priority_changes: actedUpon(bool, 'vrrp_notify_priority_changes'),
  smtp_alert: actedUpon(bool, 'smtp_alert_vrrp, else smtp_alert of global_defs'),

  track_bfd: notYet('it is not tracked: a failure changes nothing', { value: trackNameList }),
  owner_ignore_adverts: notYet('an owner looks at the adverts of others', { value: bool }),
  timer_expired_backup: notYet('a late master stays master', { value: several('[1 to 254]', 0, priorityWord) }),
  vrf: notYet('it does not count beside interface, as in keepalived', { value: text('name') }),

  ...each(['use_vmac', 'use_vmac_addr', 'use_ipvlan'], VMAC),
  auth_hmac: refused('this authentication is not supported yet'),

  skip_check_adv_addr: withoutMeaning('a differing address list is accepted with a warning in any case', bool),
  no_virtual_ipaddress: withoutMeaning('an instance may have no address in any case', flag),
  vmac_xmit_base: withoutMeaning('only for use_vmac', flag),
  garp_extra_if: withoutMeaning('only for use_vmac', anyWords),
  lvs_sync_daemon_interface: withoutMeaning('keepalived gave it up', text('name of an interface')),
  linkbeat_use_polling: withoutMeaning('keepalived gave it up', flag),
  debug: withoutMeaning('the log level is an option of the program', several('[0 to 4]', 0, debugWord)),
};

export const vrrpInstanceTable = new Table('vrrp_instance', keywords);
export type InstanceDraft = Draft<typeof keywords>;
