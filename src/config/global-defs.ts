// `global_defs { }`: its keywords and what of them the program sees. Values that complete an instance (versions, garp
// defaults) are taken up in complete.ts. keepalived.conf(5): GLOBAL CONFIGURATION.

import { scriptUser } from './command.js';
import { actedUpon, each, notYet, refused, Table, withoutMeaning, type Draft } from './keyword.js';
import type { GlobalDefs } from './model.js';
import { atLeast, bool, flag, integer, interfaceName, text, vrrpVersion, wholeSeconds } from './value.js';

const DAY = 86_400;
/** Rounds of gratuitous ARP. */
const MOST_ROUNDS = 1_000;

const MAIL = notYet('no mail is sent; reported at smtp_alert', { silent: true });
const SCHEDULING = withoutMeaning('one process without threads to schedule; the unit file sets priority and limits');
const IPVS = withoutMeaning('only for virtual servers, which have a warning of their own');
const BUFFERS = withoutMeaning('the sockets are emptied before a timer is acted upon');

export const globalDefsTable = new Table('global_defs', {
  router_id: actedUpon(text('name'), 'the host name'),
  vrrp_version: actedUpon(vrrpVersion, '2'),
  vrrp_garp_master_delay: actedUpon(wholeSeconds({ from: 0, to: DAY }), '5'),
  vrrp_garp_master_repeat: actedUpon(atLeast(1, integer({ from: 0, to: MOST_ROUNDS })), '5'),
  vrrp_garp_master_refresh: actedUpon(wholeSeconds({ from: 0, to: DAY }), 'not set'),
  vrrp_garp_master_refresh_repeat: actedUpon(atLeast(1, integer({ from: 0, to: MOST_ROUNDS })), '1'),
  vrrp_garp_lower_prio_delay: actedUpon(wholeSeconds({ from: 0, to: DAY }), 'vrrp_garp_master_delay'),
  vrrp_garp_lower_prio_repeat: actedUpon(integer({ from: 0, to: MOST_ROUNDS }), 'vrrp_garp_master_repeat'),
  vrrp_down_timer_adverts: actedUpon(integer({ from: 1, to: 100 }), '3'),
  vrrp_lower_prio_no_advert: actedUpon(bool, 'false'),
  vrrp_higher_prio_send_advert: actedUpon(bool, 'false'),
  script_user: actedUpon(scriptUser, '`keepalived_script` where there is such a user, else the user of the daemon'),
  enable_script_security: actedUpon(flag, 'not set'),
  default_interface: actedUpon(interfaceName, 'eth0'),

  ...each(['notification_email', 'notification_email_from', 'smtp_server', 'smtp_helo_name'], MAIL),
  ...each(['smtp_connect_timeout', 'no_email_faults', 'no_checker_emails'], MAIL),
  ...each(['smtp_alert', 'smtp_alert_vrrp', 'smtp_alert_checker'], notYet('no mail is sent')),

  vrrp_strict: notYet(
    'not carried out; with keepalived it drops what clients send to the address: on a host that serves, leave it out',
  ),
  ...each(
    ['vrrp_garp_interval', 'vrrp_gna_interval'],
    notYet('gratuitous ARPs are sent back to back', { harmless: ['0'] }),
  ),
  vrrp_min_garp: notYet('the usual number of gratuitous ARPs is sent'),
  vrrp_owner_ignore_adverts: notYet('an owner looks at the adverts of others'),
  ...each(['vrrp_startup_delay', 'vrrp_delay_after_boot'], notYet('adverts are sent and heard at once')),
  ...each(
    ['startup_script', 'startup_script_timeout', 'shutdown_script', 'shutdown_script_timeout'],
    notYet('it is not run'),
  ),
  ...each(
    ['notify_fifo', 'notify_fifo_script', 'vrrp_notify_fifo', 'vrrp_notify_fifo_script'],
    notYet('nothing is written to it'),
  ),
  vrrp_notify_priority_changes: notYet('nobody is told of a new priority'),
  fifo_write_vrrp_states_on_reload: withoutMeaning('only for a FIFO'),
  vrrp_mcast_group4: refused('adverts go to 224.0.0.18 only', { harmless: ['224.0.0.18'] }),
  vrrp_mcast_group6: withoutMeaning('only for IPv6'),
  ...each(['use_symlink_paths', 'set_supplementary_groups'], notYet('scripts are run without it')),
  log_unknown_vrids: notYet('adverts of other virtual routers are not logged'),
  ...each(['reload_time_file', 'reload_repeat', 'reload_file'], notYet('nothing is reloaded at a time')),
  ...each(['config_save_dir', 'state_dump_file', 'stats_dump_file', 'json_dump_file'], notYet('it is not written')),
  json_version: notYet('no such file is written'),
  ...each(
    ['enable_snmp_vrrp', 'enable_snmp_checker', 'enable_snmp_rfc', 'enable_snmp_rfcv2', 'enable_snmp_rfcv3'],
    notYet('there is no SNMP'),
  ),
  ...each(['enable_snmp_keepalived', 'enable_traps', 'snmp_socket'], notYet('there is no SNMP')),
  ...each(['enable_dbus', 'dbus_service_name', 'dbus_no_interface_name'], notYet('there is no D-Bus')),

  vrrp_skip_check_adv_addr: withoutMeaning('a differing address list is accepted with a warning in any case'),
  vrrp_check_unicast_src: withoutMeaning('only for unicast'),
  v3_checksum_as_v2: withoutMeaning('only for version 3'),
  ...each(['vrrp_garp_extra_if', 'vrrp_vmac_garp_intvl'], withoutMeaning('only for use_vmac')),
  ...each(['vmac_prefix', 'vmac_addr_prefix'], withoutMeaning('only for use_vmac')),
  dynamic_interfaces: withoutMeaning('an interface may always come later'),
  disable_local_igmp: withoutMeaning('only for use_vmac'),
  reload_check_config: withoutMeaning('a file is always checked whole before it is used'),
  include_check: withoutMeaning('a file that is not there is told; with the option -e it is an error'),
  ...each(['tmp_config_directory', 'data_use_instance', 'random_seed'], withoutMeaning('nothing rests on it')),
  umask: withoutMeaning('files are readable by their owner and group only'),
  ...each(
    ['process_names', 'process_name', 'vrrp_process_name', 'checker_process_name', 'lvs_process_name'],
    withoutMeaning('the process is called as it was started'),
  ),
  bfd_process_name: withoutMeaning('there is one process only'),
  ...each(['vrrp_priority', 'vrrp_rt_priority', 'vrrp_rlimit_rttime', 'vrrp_rlimit_rtime'], SCHEDULING),
  ...each(['vrrp_no_swap', 'vrrp_cpu_affinity', 'max_auto_priority', 'min_auto_priority_delay'], SCHEDULING),
  ...each(
    ['vrrp_iptables', 'vrrp_ipsets', 'nftables', 'nftables_priority', 'nftables_counters', 'nftables_ifindex'],
    withoutMeaning('no firewall rule is set'),
  ),
  ...each(['vrrp_rx_bufs_policy', 'vrrp_rx_bufs_multiplier'], BUFFERS),
  ...each(['vrrp_netlink_cmd_rcv_bufs', 'vrrp_netlink_cmd_rcv_bufs_force'], BUFFERS),
  ...each(['vrrp_netlink_monitor_rcv_bufs', 'vrrp_netlink_monitor_rcv_bufs_force'], BUFFERS),
  ...each(['process_monitor_rcv_bufs', 'process_monitor_rcv_bufs_force'], BUFFERS),
  ...each(['lvs_sync_daemon', 'lvs_timeouts', 'lvs_flush', 'lvs_flush_on_stop', 'lvs_flush_onstop'], IPVS),
  ...each(['lvs_notify_fifo', 'lvs_notify_fifo_script', 'lvs_netlink_cmd_rcv_bufs'], IPVS),
  ...each(['lvs_netlink_cmd_rcv_bufs_force', 'lvs_netlink_monitor_rcv_bufs'], IPVS),
  ...each(['lvs_netlink_monitor_rcv_bufs_force', 'rs_init_notifies', 'nftables_ipvs'], IPVS),
  ...each(['nftables_ipvs_priority', 'nftables_ipvs_start_fwmark', 'checker_log_all_failures'], IPVS),
  ...each(['checker_priority', 'checker_rt_priority', 'checker_rlimit_rttime', 'checker_rlimit_rtime'], IPVS),
  ...each(['checker_no_swap', 'checker_cpu_affinity'], IPVS),
  ...each(['bfd_priority', 'bfd_rt_priority', 'bfd_rlimit_rttime', 'bfd_rlimit_rtime'], SCHEDULING),
  ...each(['bfd_no_swap', 'bfd_cpu_affinity'], SCHEDULING),
});

export type GlobalDraft = Draft<(typeof globalDefsTable)['keywords']>;

/** What the program sees of the block. */
export const completeGlobal = ({ routerId, scriptUser, enableScriptSecurity }: GlobalDraft): GlobalDefs => ({
  ...(routerId?.value !== undefined && { routerId: routerId.value }),
  ...(scriptUser?.value !== undefined && { scriptUser: scriptUser.value }),
  enableScriptSecurity: enableScriptSecurity?.value ?? false,
});
