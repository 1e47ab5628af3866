// Every keyword that keepalived 2.2.7 knows on its VRRP side is known in its block; and whatever becomes of a keyword, a
// slip in its value is found, while what keepalived takes is taken.

import t from 'tap';
import { readConfig } from '../../src/config/read.js';
import { globalDefsTable } from '../../src/config/global-defs.js';
import { rootTable } from '../../src/config/root.js';
import { syncGroupTable } from '../../src/config/sync-group.js';
import { trackFileTable } from '../../src/config/track-file.js';
import { trackProcessTable } from '../../src/config/track-process.js';
import { vrrpInstanceTable } from '../../src/config/vrrp-instance.js';
import { vrrpScriptTable } from '../../src/config/vrrp-script.js';

const words = (text: string): string[] => text.trim().split(/\s+/);
const KNOWN: [table: { readonly block: string; readonly keywords: object }, keywords: string][] = [
  [
    rootTable,
    `global_defs linkbeat_interfaces interface_up_down_delays static_ipaddress static_routes static_rules track_group
    track_file vrrp_track_file vrrp_track_process vrrp_script vrrp_sync_group garp_group vrrp_instance bfd_instance
    virtual_server virtual_server_group SSL net_namespace net_namespace_ipvs namespace_with_ipsets instance use_pid_dir
    child_wait_time linkbeat_use_polling`,
  ],
  [
    globalDefsTable,
    `router_id vrrp_version vrrp_garp_master_delay vrrp_garp_master_repeat vrrp_garp_master_refresh
    vrrp_garp_master_refresh_repeat vrrp_garp_lower_prio_delay vrrp_garp_lower_prio_repeat vrrp_garp_interval
    vrrp_gna_interval vrrp_min_garp vrrp_garp_extra_if vrrp_vmac_garp_intvl vrrp_down_timer_adverts
    vrrp_lower_prio_no_advert vrrp_higher_prio_send_advert vrrp_check_unicast_src vrrp_skip_check_adv_addr vrrp_strict
    vrrp_mcast_group4 vrrp_mcast_group6 default_interface dynamic_interfaces vrrp_startup_delay script_user
    enable_script_security startup_script shutdown_script startup_script_timeout shutdown_script_timeout notify_fifo
    notify_fifo_script vrrp_notify_fifo vrrp_notify_fifo_script lvs_notify_fifo lvs_notify_fifo_script
    vrrp_notify_priority_changes fifo_write_vrrp_states_on_reload notification_email notification_email_from smtp_server
    smtp_helo_name smtp_connect_timeout smtp_alert smtp_alert_vrrp smtp_alert_checker no_email_faults vrrp_priority
    vrrp_rt_priority vrrp_rlimit_rttime vrrp_rlimit_rtime vrrp_no_swap vrrp_cpu_affinity max_auto_priority
    min_auto_priority_delay process_names process_name vrrp_process_name checker_process_name bfd_process_name umask
    vrrp_iptables vrrp_ipsets nftables nftables_priority nftables_counters nftables_ifindex disable_local_igmp
    vmac_prefix vmac_addr_prefix vrrp_rx_bufs_policy vrrp_rx_bufs_multiplier vrrp_netlink_cmd_rcv_bufs
    vrrp_netlink_cmd_rcv_bufs_force vrrp_netlink_monitor_rcv_bufs vrrp_netlink_monitor_rcv_bufs_force
    process_monitor_rcv_bufs process_monitor_rcv_bufs_force log_unknown_vrids reload_check_config reload_time_file
    reload_repeat reload_file include_check config_save_dir tmp_config_directory data_use_instance enable_snmp_vrrp
    enable_snmp_checker enable_snmp_rfc enable_snmp_rfcv2 enable_snmp_rfcv3 enable_traps snmp_socket
    enable_snmp_keepalived enable_dbus dbus_service_name lvs_sync_daemon lvs_timeouts lvs_flush lvs_flush_on_stop
    checker_priority bfd_priority rs_init_notifies nftables_ipvs random_seed`,
  ],
  [
    vrrpInstanceTable,
    `state interface virtual_router_id priority advert_int version nopreempt preempt preempt_delay down_timer_adverts
    accept no_accept strict_mode skip_check_adv_addr lower_prio_no_advert higher_prio_send_advert garp_master_delay
    garp_master_repeat garp_master_refresh garp_master_refresh_repeat garp_lower_prio_delay garp_lower_prio_repeat
    garp_extra_if dont_track_primary promote_secondaries kernel_rx_buf_size debug linkbeat_use_polling
    lvs_sync_daemon_interface native_ipv6 vrf virtual_ipaddress virtual_ipaddress_excluded virtual_routes virtual_rules
    unicast_src_ip mcast_src_ip track_src_ip unicast_peer unicast_ttl check_unicast_src old_unicast_checksum
    unicast_fault_no_peer mcast_dst_ip use_vmac use_vmac_addr vmac_xmit_base use_ipvlan track_interface track_script
    track_process track_file track_bfd notify_master notify_backup notify_fault notify_stop notify_deleted notify
    notify_master_rx_lower_pri notify_priority_changes smtp_alert authentication`,
  ],
  [vrrpScriptTable, 'script interval timeout weight rise fall init_fail user'],
  [
    syncGroupTable,
    `group track_interface track_script track_file track_process track_bfd notify_master notify_backup notify_fault
    notify_stop notify smtp_alert global_tracking sync_group_tracking_weight notify_priority_changes`,
  ],
  [trackFileTable, 'file weight init_file'],
  [trackProcessTable, 'process param_match weight quorum quorum_max delay fork_delay terminate_delay full_command'],
];

t.test('every keyword of keepalived 2.2.7 is known', (t) => {
  for (const [{ block, keywords }, names] of KNOWN)
    for (const name of words(names)) t.ok(name in keywords, `${block}: ${name}`);
  t.end();
});

const rest = 'interface eth0\nvirtual_router_id 5\nvirtual_ipaddress {\n10.0.0.1/24\n}';
const errors = (text: string): string[] =>
  readConfig({ file: 'x', load: () => text })
    .diagnostics.filter(({ severity }) => severity === 'error')
    .map(({ place, code }) => `${place.line}:${place.column} ${code}`);
const inGlobal = (line: string): string => `global_defs {\n${line}\n}\nvrrp_instance V {\n${rest}\n}`;
const inInstance = (line: string): string => `vrrp_instance V {\n${line}\n${rest}\n}`;

t.test('a slip in a value is found, also where the keyword changes nothing', (t) => {
  const table: [string, string][] = [
    [inGlobal('smtp_connect_timeout abc'), '2:22 bad-number'],
    [inGlobal('smtp_server mail.example.org 99999'), '2:30 out-of-range'],
    [inGlobal('notify_fifo'), '2:1 missing-value'],
    [inGlobal('vrrp_mcast_group6 10.0.0.1'), '2:19 bad-address'],
    [inGlobal('vrrp_mcast_group4 10.0.0.1'), '2:19 bad-address'],
    [inGlobal('vrrp_mcast_group4 ff02::12'), '2:19 bad-address'],
    [inGlobal('vrrp_priority 20'), '2:15 out-of-range'],
    [inGlobal('vrrp_rt_priority x'), '2:18 bad-number'],
    [inGlobal('startup_script_timeout 0'), '2:24 out-of-range'],
    [inGlobal('vrrp_min_garp maybe'), '2:15 bad-value'],
    [inGlobal('vrrp_startup_delay soon'), '2:20 bad-number'],
    [inInstance('unicast_ttl 300'), '2:13 out-of-range'],
    [inInstance('smtp_alert perhaps'), '2:12 bad-value'],
    [inInstance('track_interface {\neth0 weight 300\n}'), '3:13 out-of-range'],
    ['track_file f {\nfile /x\n}\n' + inInstance('track_file {\nf weight\n}'), '6:3 missing-value'],
    ['vrrp_track_process p {\nprocess x\n}\n' + inInstance('track_process {\np wait 3\n}'), '6:3 unknown-option'],
    [inInstance('track_process {\np\n}'), '3:1 unknown-tracker'],
    [inInstance('kernel_rx_buf_size 0'), '2:20 out-of-range'],
    [inInstance('debug 9'), '2:7 out-of-range'],
    ['track_file f {\nfile /x\nweight 9999999999\n}\n' + inInstance(''), '3:8 out-of-range'],
    ['track_file f {\n}\n' + inInstance(''), '1:1 missing-keyword'],
    ['track_file {\nfile /x\n}\n' + inInstance(''), '1:1 missing-value'],
    ['vrrp_track_process p {\n}\n' + inInstance(''), '1:1 missing-keyword'],
    ['vrrp_track_process p {\nprocess x\nparam_match some\n}\n' + inInstance(''), '3:13 bad-value'],
    ['vrrp_sync_group {\n}\n' + inInstance(''), '1:1 missing-value'],
    ['interface_up_down_delays {\neth0 x\n}\n' + inInstance(''), '2:6 bad-number'],
    ['garp_group {\ngarp_interval x\n}\n' + inInstance(''), '2:15 bad-number'],
    ['vrrp_sync_group g {\nsmtp_alert x\n}\n' + inInstance(''), '2:12 bad-value'],
  ];
  for (const [text, expected] of table) t.strictSame(errors(text), [expected], text);
  t.end();
});

t.test('what keepalived takes is taken', (t) => {
  for (const line of words(
    'smtp_alert vrrp_min_garp process_names max_auto_priority enable_dbus vrrp_no_swap dynamic_interfaces',
  ))
    t.strictSame(errors(inGlobal(line)), [], line);
  for (const line of [
    'vrrp_garp_interval 0',
    'vrrp_iptables INPUT OUTPUT',
    'nftables keepalived',
    'vrrp_garp_extra_if all 60',
    'notify_fifo /run/fifo root',
    'vrrp_rx_bufs_policy MTU',
    'umask 022',
    'notification_email {\na@example.org b@example.org\n}',
  ])
    t.strictSame(errors(inGlobal(line)), [], line);
  for (const line of [
    'track_interface {\neth1\neth2 weight -20 reverse\n}',
    'notify_deleted "/x y"',
    'debug',
    'garp_extra_if all 5',
    'old_unicast_checksum never',
    'timer_expired_backup 100',
  ])
    t.strictSame(errors(inInstance(line)), [], line);
  t.end();
});

t.test('blocks of other subsystems are passed over whole, one warning each', (t) => {
  const text =
    'virtual_server 10.0.0.9 80 {\nlb_algo rr\nreal_server 10.0.0.2 80 {\nHTTP_GET {\nurl {\npath /\n}\n}\n}\n}\n' +
    'virtual_server_group g {\n10.0.0.9 80\n}\nbfd_instance b {\nneighbor_ip 10.0.0.2\n}\nSSL {\nca x\n}\n';
  const { config, diagnostics } = readConfig({ file: 'x', load: () => text + inInstance('') });
  t.ok(config);
  t.strictSame(
    diagnostics.map(({ place, code }) => `${place.line} ${code}`),
    ['1 not-yet-supported', '11 not-yet-supported', '14 not-yet-supported'],
  );
  t.end();
});

t.test('sync groups', (t) => {
  const instance = (name: string, id: number) =>
    `vrrp_instance ${name} {\ninterface eth0\nvirtual_router_id ${id}\nvirtual_ipaddress {\n10.0.0.${id}/24\n}\n}\n`;
  const said = (group: string): string[] =>
    readConfig({ file: 'x', load: () => `${group}\n${instance('A', 1)}${instance('B', 2)}` })
      .diagnostics.filter(({ code }) => code !== 'not-yet-supported')
      .map(({ place, code, suggestion }) => `${place.line} ${code}${suggestion === undefined ? '' : ` ${suggestion}`}`);
  t.strictSame(said('vrrp_sync_group g {\ngroup {\nA\nB\n}\n}'), []);
  t.strictSame(said('vrrp_sync_group g { group { A B } }'), [], 'one line');
  t.strictSame(said('vrrp_sync_group g {\ngroup {\nA\n}\n}'), ['2 sync-group-of-one']);
  t.strictSame(said('vrrp_sync_group g {\ngroup {\nA\nC\n}\n}'), ['4 unknown-instance']);
  t.strictSame(said('vrrp_sync_group g { group { A B } }\nvrrp_sync_group h { group { A B } }'), [
    '2 repeated-name',
    '2 repeated-name',
  ]);
  t.end();
});

t.test('a delay of an interface is never longer than a peer waits', (t) => {
  const delays = (line: string) =>
    readConfig({
      file: 'x',
      load: () =>
        `interface_up_down_delays {\n${line}\n}\nvrrp_instance V {\ninterface eth0\nvirtual_router_id 5\nadvert_int 1\n}`,
    });
  t.match(delays('eth0 1.5').config?.interfaceDelays, [{ interface: 'eth0', down: 1_500_000, up: 1_500_000 }]);
  const { config, diagnostics } = delays('eth0 2 3');
  t.match(config?.interfaceDelays, [{ down: 1_996_094, up: 1_996_094 }], "keepalived's own limit");
  t.match(diagnostics, [{ code: 'rounded-value', place: { line: 2 } }]);
  t.match(delays('eth7 200').config?.interfaceDelays, [{ down: 200_000_000 }], 'nobody speaks there');
  t.end();
});

t.test('an entry with a weight of its own has the direction of what it tracks, unless it has its own too', (t) => {
  const tracked = (words: string) =>
    readConfig({
      file: 'x',
      load: () =>
        `track_file f {\nfile /x\nweight 3 reverse\n}\nvrrp_instance V {\ninterface eth0\nvirtual_router_id 5\n` +
        `track_file {\nf ${words}\n}\n}`,
    }).config?.vrrpInstances[0]?.tracks;
  t.match(tracked(''), [{ weight: 3, reverse: true }]);
  t.match(tracked('weight 2'), [{ weight: 2, reverse: true }], 'as keepalived 2.2.7 has it');
  t.match(tracked('weight 2 noreverse'), [{ weight: 2, reverse: false }]);
  t.match(tracked('weight 2 reverse'), [{ weight: 2, reverse: true }]);
  t.end();
});

t.test('reset_connections: on, unless global_defs says otherwise, and the instance has the last word', (t) => {
  const reset = (text: string) =>
    readConfig({ file: 'x', load: () => text }).config?.vrrpInstances[0]?.resetConnections;
  t.equal(reset(inInstance('')), true);
  t.equal(reset(inInstance('reset_connections false')), false);
  t.equal(reset(inGlobal('vrrp_reset_connections off')), false);
  t.equal(reset(`global_defs {\nvrrp_reset_connections off\n}\n${inInstance('reset_connections')}`), true);
  t.end();
});

t.test('a keyword that only vrrpd has: a hint that keepalived passes over it, a condition hides it', (t) => {
  const hints = (line: string, configId: string) => {
    const { config, diagnostics } = readConfig({ file: 'x', load: () => inInstance(line), configId });
    return [config?.vrrpInstances[0]?.resetConnections, ...diagnostics.map(({ code, words }) => `${code}: ${words}`)];
  };
  const hint = 'newer-keyword: keepalived does not know reset_connections: it passes over it with a message';
  t.strictSame(hints('reset_connections false', 'lb1'), [false, hint]);
  t.strictSame(hints('@vrrpd reset_connections false', 'vrrpd'), [false, hint]);
  t.strictSame(hints('@vrrpd reset_connections false', 'lb1'), [true]);
  t.end();
});
