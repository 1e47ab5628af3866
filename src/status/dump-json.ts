// The text of keepalived.json: each instance with its settings and counters. Names, order and types are keepalived 2.2.7's:
// lengths of time in whole seconds but for the interval of adverts. What vrrpd does not have, is there with
// keepalived's default. It writes no file.

import { outerState } from '../vrrp/state.js';
import { inSeconds } from '../time.js';
import type { NotifyScripts, TrackKind, VrrpInstance } from '../config/model.js';
import type { Instance } from '../vrrp/instance.js';
import type { Router } from '../vrrp/router.js';
import {
  addressList,
  commandWords,
  counters,
  MASKED,
  routeWords,
  ruleWords,
  wantedState,
  wholeSeconds,
  type DumpFacts,
} from './dump-words.js';

const STATES = { INIT: 0, BACKUP: 1, MASTER: 2, FAULT: 3 } as const;

/** Version 1 is an array, version 2 (of later keepalived) an object; undefined without an instance. */
export function dumpJson(router: Router, facts: DumpFacts, version: 1 | 2): string | undefined {
  const instances = [...router.instances.values()].map((instance) => ({
    data: instanceData(instance, facts),
    stats: counters(instance.statistics),
  }));
  if (instances.length === 0) return undefined;
  const value = version === 1 ? instances : { vrrp: instances, track_process: [] };
  // A slash is in strings only.
  return `${JSON.stringify(value).replaceAll('/', '\\/')}\n`;
}

const bit = (set: boolean): 0 | 1 => (set ? 1 : 0);

function instanceData(instance: Instance, { wallTime }: DumpFacts): Record<string, unknown> {
  const { config, master } = instance;
  const { garp } = config;
  return {
    iname: config.name,
    dont_track_primary: bit(config.dontTrackPrimary),
    skip_check_adv_addr: 0,
    strict_mode: 0,
    vmac_ifname: '',
    ifp_ifname: config.interface,
    master_priority: instance.state.kind === 'BACKUP' ? (master?.priority ?? 0) : 0,
    last_transition: wallTime(instance.since).seconds,
    garp_delay: wholeSeconds(garp.masterDelay),
    garp_refresh: wholeSeconds(garp.masterRefresh),
    garp_rep: garp.masterRepeat,
    garp_refresh_rep: garp.masterRefreshRepeat,
    garp_lower_prio_delay: wholeSeconds(garp.lowerPrioDelay),
    garp_lower_prio_rep: garp.lowerPrioRepeat,
    lower_prio_no_advert: bit(config.lowerPrioNoAdvert),
    higher_prio_send_advert: bit(config.higherPrioSendAdvert),
    vrid: config.virtualRouterId,
    base_priority: config.priority,
    effective_priority: instance.priority,
    vipset: instance.holds,
    promote_secondaries: config.promoteSecondaries,
    adver_int: inSeconds(config.advertInt),
    master_adver_int: inSeconds(instance.masterAdvertInt),
    accept: bit(config.accept),
    nopreempt: config.nopreempt,
    preempt_delay: wholeSeconds(config.preemptDelay),
    state: STATES[outerState(instance.state)],
    wantstate: STATES[wantedState(instance)],
    version: config.version,
    smtp_alert: config.smtpAlert,
    notify_deleted: config.notifyDeleted,
    ...notifyScripts(config.notify),
    ...lists(instance),
    ...authentication(instance),
  };
}

/** keepalived's order. */
const NOTIFY: readonly (readonly [field: string, state: keyof NotifyScripts])[] = [
  ['script_backup', 'backup'],
  ['script_master', 'master'],
  ['script_fault', 'fault'],
  ['script_stop', 'stop'],
  ['script_deleted', 'deleted'],
  ['script', 'any'],
  ['script_master_rx_lower_pri', 'rxLowerPri'],
];

function notifyScripts(notify: NotifyScripts): Record<string, string> {
  return Object.fromEntries(
    NOTIFY.flatMap(([field, state]) => {
      const command = notify[state];
      return command ? [[field, commandWords(command)]] : [];
    }),
  );
}

const namesOf = ({ tracks }: VrrpInstance, kind: TrackKind): string[] =>
  tracks.flatMap((track) => (track.kind === kind ? [track.name] : []));

/** Those that have an entry. */
function lists(instance: Instance): Record<string, readonly string[]> {
  const { config, surroundings } = instance;
  const all = {
    vips: addressList(instance, config.virtualAddresses),
    evips: addressList(instance, config.excludedAddresses),
    vroutes: config.virtualRoutes.map(routeWords),
    vrules: config.virtualRules.map(ruleWords),
    track_ifp: namesOf(config, 'interface'),
    track_script: namesOf(config, 'script').flatMap((name) => {
      const tracker = surroundings.scripts.get(name);
      return tracker ? [commandWords(tracker.config.command)] : [];
    }),
    track_process: namesOf(config, 'process'),
  };
  return Object.fromEntries(Object.entries(all).filter(([, entries]) => entries.length > 0));
}

const authentication = ({ config: { authentication } }: Instance): Record<string, unknown> =>
  authentication.type === 'none' ? { auth_type: 0 } : { auth_type: 1, auth_data: MASKED };
