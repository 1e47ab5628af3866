// The printed global_defs. Values that only complete other blocks (vrrp_version, garp defaults, smtp_alert) are printed
// there, where they count.

import { inSeconds, seconds } from '../time.js';
import type { FifoSettings, GlobalDefs, LimitedCommand } from './model.js';
import { block, commandWords, flag, NOTHING, optional, part, time, userWords, value, type Part } from './part.js';
import type { Writers } from './part.js';
import { quoteFirst, quoteWord } from './quote.js';

export const GLOBAL: Writers<GlobalDefs> = {
  routerId: ({ routerId }) => optional('router_id', routerId, quoteWord),
  scriptUser: ({ scriptUser }) => optional('script_user', scriptUser, userWords),
  enableScriptSecurity: ({ enableScriptSecurity }) => flag('enable_script_security', enableScriptSecurity),
  mail: ({ mail }) => (mail === undefined ? NOTHING : part(mailLines(mail))),
  notifyFifo: ({ notifyFifo }, { global }) => fifo('notify_fifo', notifyFifo, global),
  vrrpNotifyFifo: ({ vrrpNotifyFifo }, { global }) => fifo('vrrp_notify_fifo', vrrpNotifyFifo, global),
  fifoWriteVrrpStatesOnReload: ({ fifoWriteVrrpStatesOnReload }) =>
    flag('fifo_write_vrrp_states_on_reload', fifoWriteVrrpStatesOnReload),
  startupScript: ({ startupScript }, { global }) => limited('startup_script', startupScript, global),
  shutdownScript: ({ shutdownScript }, { global }) => limited('shutdown_script', shutdownScript, global),
  vrrpStartupDelay: ({ vrrpStartupDelay }) =>
    time('vrrp_startup_delay', vrrpStartupDelay, vrrpStartupDelay === seconds(0)),
  vrrpPriority: ({ vrrpPriority }) => optional('vrrp_priority', vrrpPriority, String),
  vrrpRtPriority: ({ vrrpRtPriority }) => optional('vrrp_rt_priority', vrrpRtPriority, String),
  vrrpRlimitRttime: ({ vrrpRlimitRttime }) => optional('vrrp_rlimit_rttime', vrrpRlimitRttime, String),
  vrrpNoSwap: ({ vrrpNoSwap }) => flag('vrrp_no_swap', vrrpNoSwap),
  stateDumpFile: ({ stateDumpFile }) => optional('state_dump_file', stateDumpFile, quoteWord),
  statsDumpFile: ({ statsDumpFile }) => optional('stats_dump_file', statsDumpFile, quoteWord),
  jsonDumpFile: ({ jsonDumpFile }) => optional('json_dump_file', jsonDumpFile, quoteWord),
  jsonVersion: ({ jsonVersion }) => value('json_version', jsonVersion, jsonVersion === 1),
  processName: ({ processName }) => optional('process_name', processName, quoteWord),
  kept: ({ kept }) => part(kept),
};

function mailLines(mail: NonNullable<GlobalDefs['mail']>): string[] {
  const { to, from, server, heloName, connectTimeout, withoutFaults } = mail;
  return [
    ...block('notification_email', to.map(quoteFirst)),
    ...(from === undefined ? [] : [`notification_email_from ${quoteWord(from)}`]),
    `smtp_server ${quoteWord(server.host)} ${server.port}`,
    ...(heloName === undefined ? [] : [`smtp_helo_name ${quoteWord(heloName)}`]),
    `smtp_connect_timeout ${inSeconds(connectTimeout)}`,
    ...(withoutFaults ? ['no_email_faults'] : []),
  ];
}

function fifo(keyword: string, settings: FifoSettings | undefined, global: GlobalDefs): Part {
  if (settings === undefined) return NOTHING;
  const { path, owner, script } = settings;
  return part([
    `${keyword} ${quoteWord(path)}${owner === undefined ? '' : ` ${userWords(owner)}`}`,
    ...(script === undefined ? [] : [`${keyword}_script ${commandWords(script, global.scriptUser)}`]),
  ]);
}

function limited(keyword: string, script: LimitedCommand | undefined, global: GlobalDefs): Part {
  if (script === undefined) return NOTHING;
  const { command, timeout } = script;
  return part([`${keyword} ${commandWords(command, global.scriptUser)}`, `${keyword}_timeout ${inSeconds(timeout)}`]);
}
