// `global_defs { }`: its keywords and what of them the program sees. Values that complete an instance (versions, garp
// defaults) are taken up in complete.ts. keepalived.conf(5): GLOBAL CONFIGURATION.

import { VRRP_GROUPS } from '../address.js';
import { seconds, type Duration } from '../time.js';
import { notifyCommand, scriptUser } from './command.js';
import { actedUpon, each, notYet, Table, withoutMeaning, type Draft, type Value, type Written } from './keyword.js';
import { defined } from './defined.js';
import { completeMail, mailAddresses, mailServer } from './mail.js';
import type { Command, FifoSettings, GlobalDefs, LimitedCommand, ScriptUser } from './model.js';
import {
  anyWords,
  atLeast,
  bool,
  decimalSeconds,
  flag,
  integer,
  interfaceName,
  multicastAddress,
  parseInteger,
  reportExtraWords,
  reportMissingValue,
  several,
  single,
  text,
  vrrpVersion,
  wholeSeconds,
} from './value.js';
import { numberWord } from './words.js';

const DAY = 86_400;
/** Rounds of gratuitous ARP. */
const MOST_ROUNDS = 1_000;

const AUTOMATIC = 'nothing is raised when it is late; vrrp_rt_priority gives it one from the start';
const BFD = withoutMeaning('there is no BFD process');
const IPVS = withoutMeaning('only for virtual servers, which have a warning of their own');
const BUFFERS = 'the sockets are emptied before a timer is acted upon';
const MOST = 2 ** 31 - 1;
const ONE_SECOND = seconds(1);
const pause = decimalSeconds({ from: 0, to: DAY, decimals: 6 });

/** A number of octets; the other two words ask for less than a socket has in any case, and give undefined. */
const receiveBuffer: Value<number> = single(`\`MTU\`, \`ADVERT\` or 1 to ${MOST} octets`, (word, report) =>
  ['MTU', 'ADVERT'].includes(word.text) ? undefined : parseInteger(word, { from: 1, to: MOST, report }),
);

/** `PATH [user [group]]` */
const fifo: Value<Pick<FifoSettings, 'path' | 'owner'>> = {
  form: 'path [user [group]]',
  read(statement, report) {
    const [path, user, group] = statement.args.map(({ text }) => text);
    reportExtraWords(statement, { from: 3, report });
    if (path === undefined) reportMissingValue(statement, { form: 'a path', report });
    const owner = user === undefined ? {} : { owner: { user, ...(group !== undefined && { group }) } };
    return path === undefined ? undefined : { path, ...owner };
  },
};

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
  vrrp_reset_connections: actedUpon(bool, 'true'),
  vrrp_mcast_group4: actedUpon(multicastAddress('ipv4'), VRRP_GROUPS.ipv4),
  vrrp_mcast_group6: actedUpon(multicastAddress('ipv6'), VRRP_GROUPS.ipv6),
  vrrp_check_unicast_src: actedUpon(bool, 'false'),
  v3_checksum_as_v2: actedUpon(bool, 'false'),
  vrrp_strict: actedUpon(bool, 'false'),
  vrrp_rx_bufs_policy: actedUpon(receiveBuffer, 'as much as vrrpd takes anyway, which `MTU` and `ADVERT` leave so'),
  vrrp_priority: actedUpon(integer({ from: -20, to: 19 }), 'as it is started'),
  vrrp_rt_priority: actedUpon(integer({ from: 1, to: 99 }), 'none'),
  ...each(
    ['vrrp_rlimit_rttime', 'vrrp_rlimit_rtime'],
    actedUpon(integer({ from: 1, to: MOST }), '100000 with vrrp_rt_priority'),
  ),
  vrrp_no_swap: actedUpon(flag, 'not set'),
  script_user: actedUpon(scriptUser, '`keepalived_script` where there is such a user, else the user of the daemon'),
  enable_script_security: actedUpon(flag, 'not set'),
  default_interface: actedUpon(interfaceName, 'eth0'),

  notification_email: actedUpon(mailAddresses, 'none'),
  notification_email_from: actedUpon(text('mail address'), 'the user at this host'),
  smtp_server: actedUpon(mailServer, 'none'),
  smtp_helo_name: actedUpon(text('name'), 'the host name'),
  smtp_connect_timeout: actedUpon(atLeast(ONE_SECOND, wholeSeconds({ from: 0, to: DAY })), '30'),
  no_email_faults: actedUpon(bool, 'false'),
  ...each(['smtp_alert', 'smtp_alert_vrrp'], actedUpon(bool, 'false')),
  ...each(['smtp_alert_checker', 'no_checker_emails'], withoutMeaning('only for virtual servers', bool)),
  ...each(['notify_fifo', 'vrrp_notify_fifo'], actedUpon(fifo, 'none')),
  ...each(['notify_fifo_script', 'vrrp_notify_fifo_script'], actedUpon(notifyCommand, 'none')),
  vrrp_notify_priority_changes: actedUpon(bool, 'false'),
  fifo_write_vrrp_states_on_reload: actedUpon(flag, 'not set'),
  ...each(['startup_script', 'shutdown_script'], actedUpon(notifyCommand, 'none')),
  ...each(['startup_script_timeout', 'shutdown_script_timeout'], actedUpon(wholeSeconds({ from: 1, to: 1000 }), '10')),
  vrrp_startup_delay: actedUpon(decimalSeconds({ from: 0, to: DAY, decimals: 3 }), '0'),
  state_dump_file: actedUpon(text('path'), '/tmp/keepalived.data'),
  stats_dump_file: actedUpon(text('path'), '/tmp/keepalived.stats'),
  json_dump_file: actedUpon(text('path'), '/tmp/keepalived.json'),
  json_version: actedUpon(integer({ from: 1, to: 2 }), '1'),
  ...each(['process_name', 'parent_process_name'], actedUpon(text('name'), 'keepalived')),

  ...each(
    ['vrrp_garp_interval', 'vrrp_gna_interval'],
    notYet('gratuitous ARPs are sent back to back', { value: pause, harmless: ['0'] }),
  ),
  vrrp_min_garp: notYet('the usual number of gratuitous ARPs is sent', { value: bool }),
  vrrp_owner_ignore_adverts: notYet('an owner looks at the adverts of others', { value: bool }),
  vrrp_delay_after_boot: notYet('adverts are sent and heard at once', {
    value: decimalSeconds({ from: 0, to: DAY, decimals: 3 }),
  }),
  ...each(['use_symlink_paths', 'set_supplementary_groups'], notYet('scripts are run without it', { value: bool })),
  log_unknown_vrids: notYet('adverts of other virtual routers are not logged', { value: bool }),
  ...each(['reload_time_file', 'reload_file'], notYet('nothing is reloaded at a time', { value: text('path') })),
  reload_repeat: notYet('nothing is reloaded at a time', { value: flag }),
  config_save_dir: notYet('it is not written', { value: text('path') }),
  ...each(
    ['enable_snmp_vrrp', 'enable_snmp_checker', 'enable_snmp_rfc', 'enable_snmp_rfcv2', 'enable_snmp_rfcv3'],
    notYet('there is no SNMP', { value: flag }),
  ),
  ...each(['enable_snmp_keepalived', 'enable_traps'], notYet('there is no SNMP', { value: flag })),
  snmp_socket: notYet('there is no SNMP', { value: text('socket') }),
  ...each(['enable_dbus', 'dbus_no_interface_name'], notYet('there is no D-Bus', { value: flag })),
  dbus_service_name: notYet('there is no D-Bus', { value: text('name') }),

  vrrp_skip_check_adv_addr: withoutMeaning('a differing address list is accepted with a warning in any case', bool),
  ...each(['vrrp_garp_extra_if', 'vrrp_vmac_garp_intvl'], withoutMeaning('only for use_vmac', anyWords)),
  ...each(['vmac_prefix', 'vmac_addr_prefix'], withoutMeaning('only for use_vmac', text('prefix'))),
  dynamic_interfaces: withoutMeaning('an interface may always come later', anyWords),
  disable_local_igmp: withoutMeaning('only for use_vmac', flag),
  reload_check_config: withoutMeaning('a file is always checked whole before it is used', anyWords),
  include_check: withoutMeaning('a file that is not there is told; with the option -e it is an error', anyWords),
  ...each(['tmp_config_directory', 'random_seed'], withoutMeaning('nothing rests on it', text('value'))),
  data_use_instance: withoutMeaning('nothing rests on it', bool),
  ...each(['iproute_usr_dir', 'iproute_etc_dir'], withoutMeaning('tables are numbers here', text('path'))),
  umask: withoutMeaning('files are readable by their owner and group only', text('octal number or names')),
  process_names: withoutMeaning('the one process keeps the name of the first one of keepalived', flag),
  ...each(
    ['vrrp_process_name', 'checker_process_name', 'lvs_process_name', 'bfd_process_name'],
    withoutMeaning('there is one process only', text('name')),
  ),
  vrrp_cpu_affinity: withoutMeaning('CPUAffinity= of the unit says it for the one process', anyWords),
  max_auto_priority: withoutMeaning(AUTOMATIC, several('[-1 to 99]', 0, numberWord(-1, 99))),
  min_auto_priority_delay: withoutMeaning(AUTOMATIC, integer({ from: 1, to: MOST })),
  ...each(
    ['vrrp_iptables', 'vrrp_ipsets', 'nftables', 'nftables_priority', 'nftables_counters', 'nftables_ifindex'],
    withoutMeaning('for no_accept there is a table of nftables, inet vrrpd', anyWords),
  ),
  vrrp_rx_bufs_multiplier: withoutMeaning(
    'MTU and ADVERT ask for no more than there is',
    integer({ from: 1, to: MOST }),
  ),
  ...each(
    ['vrrp_netlink_cmd_rcv_bufs', 'vrrp_netlink_monitor_rcv_bufs', 'process_monitor_rcv_bufs'],
    withoutMeaning(BUFFERS, integer({ from: 0, to: MOST })),
  ),
  ...each(
    ['vrrp_netlink_cmd_rcv_bufs_force', 'vrrp_netlink_monitor_rcv_bufs_force', 'process_monitor_rcv_bufs_force'],
    withoutMeaning(BUFFERS, bool),
  ),
  ...each(['lvs_sync_daemon', 'lvs_timeouts', 'lvs_flush', 'lvs_flush_on_stop', 'lvs_flush_onstop'], IPVS),
  ...each(['lvs_notify_fifo', 'lvs_notify_fifo_script', 'lvs_netlink_cmd_rcv_bufs'], IPVS),
  ...each(['lvs_netlink_cmd_rcv_bufs_force', 'lvs_netlink_monitor_rcv_bufs'], IPVS),
  ...each(['lvs_netlink_monitor_rcv_bufs_force', 'rs_init_notifies', 'nftables_ipvs'], IPVS),
  ...each(['nftables_ipvs_priority', 'nftables_ipvs_start_fwmark', 'checker_log_all_failures'], IPVS),
  ...each(['checker_priority', 'checker_rt_priority', 'checker_rlimit_rttime', 'checker_rlimit_rtime'], IPVS),
  ...each(['checker_no_swap', 'checker_cpu_affinity'], IPVS),
  ...each(['bfd_priority', 'bfd_rt_priority', 'bfd_rlimit_rttime', 'bfd_rlimit_rtime'], BFD),
  ...each(['bfd_no_swap', 'bfd_cpu_affinity'], BFD),
});

export type GlobalDraft = Draft<(typeof globalDefsTable)['keywords']>;

/** What the program sees of the block. */
export function completeGlobal(written: GlobalDraft, kept: readonly string[]): GlobalDefs {
  const runAs = written.scriptUser?.value;
  return defined({
    routerId: written.routerId?.value,
    scriptUser: runAs,
    enableScriptSecurity: written.enableScriptSecurity?.value ?? false,
    mail: completeMail(written),
    notifyFifo: completeFifo(written.notifyFifo, written.notifyFifoScript, runAs),
    vrrpNotifyFifo: completeFifo(written.vrrpNotifyFifo, written.vrrpNotifyFifoScript, runAs),
    fifoWriteVrrpStatesOnReload: written.fifoWriteVrrpStatesOnReload?.value ?? false,
    startupScript: completeLimited(written.startupScript, written.startupScriptTimeout, runAs),
    shutdownScript: completeLimited(written.shutdownScript, written.shutdownScriptTimeout, runAs),
    vrrpStartupDelay: written.vrrpStartupDelay?.value ?? seconds(0),
    vrrpPriority: written.vrrpPriority?.value,
    vrrpRtPriority: written.vrrpRtPriority?.value,
    vrrpRlimitRttime: written.vrrpRlimitRttime?.value ?? written.vrrpRlimitRtime?.value,
    vrrpNoSwap: written.vrrpNoSwap?.value ?? false,
    stateDumpFile: written.stateDumpFile?.value,
    statsDumpFile: written.statsDumpFile?.value,
    jsonDumpFile: written.jsonDumpFile?.value,
    jsonVersion: written.jsonVersion?.value === 2 ? 2 : 1,
    processName: written.processName?.value ?? written.parentProcessName?.value,
    kept,
  });
}

function completeFifo(
  fifo: GlobalDraft['notifyFifo'],
  script: Written<Command> | undefined,
  runAs: ScriptUser | undefined,
): FifoSettings | undefined {
  if (fifo?.value === undefined) return undefined;
  return { ...fifo.value, ...(script?.value && { script: { ...(runAs && { runAs }), ...script.value } }) };
}

function completeLimited(
  script: Written<Command> | undefined,
  timeout: Written<Duration> | undefined,
  runAs: ScriptUser | undefined,
): LimitedCommand | undefined {
  if (script?.value === undefined) return undefined;
  return { command: { ...(runAs && { runAs }), ...script.value }, timeout: timeout?.value ?? seconds(10) };
}
