// A Config as the text of a keepalived.conf: what vrrpd understood, without comments, includes and definitions, and what it
// does not act upon as it was written. It reads back to an equal Config. Each field has its writer, so that none is forgotten.

import { formatPrefix, VRRP_GROUPS } from '../address.js';
import { inSeconds, seconds } from '../time.js';
import type {
  Config,
  GlobalDefs,
  NotifyScripts,
  SyncGroup,
  UnicastSettings,
  VirtualAddress,
  VrrpInstance,
} from './model.js';
import { isEqual } from './diff.js';
import { block, commandWords, elsewhere, entries, flag, NOTHING, optional, part, time, value } from './part.js';
import type { Part, Surroundings, Writers } from './part.js';
import { GLOBAL } from './print-global.js';
import { FILE, PROCESS, SCRIPT, trackLists } from './print-tracks.js';
import { quoteFirst, quoteWord } from './quote.js';
import { describeRoute } from './route-text.js';

/** The text; with `defaults` also what would be so anyway. */
export function printConfig(config: Config, { defaults }: { defaults: boolean }): string {
  const context = { global: config.global, weightOf: weightsOf(config) };
  const write = <T>(value: T, writers: Writers<T>): string[] =>
    (Object.keys(writers) as (keyof T)[])
      .map((field) => writers[field](value, context))
      .flatMap(({ lines, standard }) => (standard && !defaults ? [] : lines));
  const blocks = [
    [
      ...(config.usePidDir ? ['use_pid_dir'] : []),
      ...(config.instance === undefined ? [] : [`instance ${quoteWord(config.instance)}`]),
    ],
    block('global_defs', write(config.global, GLOBAL), { empty: false }),
    config.kept,
    block(
      'static_ipaddress',
      config.staticIpaddress.map((address) => addressLine(address)),
      { empty: false },
    ),
    block('static_routes', config.staticRoutes.map(describeRoute), { empty: false }),
    block('static_rules', config.staticRules.map(describeRoute), { empty: false }),
    block(
      'interface_up_down_delays',
      config.interfaceDelays.map((one) => `${quoteFirst(one.interface)} ${inSeconds(one.down)} ${inSeconds(one.up)}`),
      { empty: false },
    ),
    ...config.vrrpScripts.map((script) => block(`vrrp_script ${quoteWord(script.name)}`, write(script, SCRIPT))),
    ...config.trackFiles.map((file) => block(`track_file ${quoteWord(file.name)}`, write(file, FILE))),
    ...config.trackProcesses.map((one) => block(`vrrp_track_process ${quoteWord(one.name)}`, write(one, PROCESS))),
    ...config.syncGroups.map((group) => block(`vrrp_sync_group ${quoteWord(group.name)}`, write(group, GROUP))),
    ...config.vrrpInstances.map((one) => block(`vrrp_instance ${quoteWord(one.name)}`, write(one, INSTANCE))),
  ];
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
}

/** What the things that can be tracked weigh by themselves; an interface nothing. */
function weightsOf({ vrrpScripts, trackFiles, trackProcesses }: Config): Surroundings['weightOf'] {
  const defined = { script: vrrpScripts, file: trackFiles, process: trackProcesses };
  const byName = new Map(
    Object.entries(defined).flatMap(([kind, list]) => list.map((one) => [`${kind} ${one.name}`, one] as const)),
  );
  return ({ kind, name }) => (kind === 'interface' ? { weight: 0, reverse: false } : byName.get(`${kind} ${name}`));
}

const GROUP: Writers<SyncGroup> = {
  name: elsewhere,
  members: ({ members }) => entries('group', members.map(quoteFirst)),
  tracks: ({ tracks }, context) => trackLists(tracks, context),
  syncGroupTrackingWeight: (group) => flag('sync_group_tracking_weight', group.syncGroupTrackingWeight),
  notify: ({ notify }, { global }) => part(notifyLines(notify, global)),
  notifyPriorityChanges: (group) => switched('notify_priority_changes', group.notifyPriorityChanges),
  smtpAlert: ({ smtpAlert }) => switched('smtp_alert', smtpAlert),
  kept: ({ kept }) => part(kept),
  place: elsewhere,
  places: elsewhere,
};

const INSTANCE: Writers<VrrpInstance> = {
  name: elsewhere,
  state: ({ state, priority }) => value('state', state, state === (priority === 255 ? 'MASTER' : 'BACKUP')),
  interface: ({ interface: dev }) => value('interface', quoteWord(dev), false),
  virtualRouterId: ({ virtualRouterId }) => value('virtual_router_id', virtualRouterId, false),
  priority: ({ priority, state }) => value('priority', priority, priority === 100 && state === 'BACKUP'),
  advertInt: ({ advertInt }) => time('advert_int', advertInt, advertInt === seconds(1)),
  version: ({ version, family }) => value('version', version, version === (family === 'ipv6' ? 3 : 2)),
  family: (one) => flag('native_ipv6', one.family === 'ipv6' && !namesAddress(one)),
  nopreempt: ({ nopreempt }) => (nopreempt ? part(['nopreempt']) : part(['preempt'], true)),
  preemptDelay: ({ preemptDelay }) => time('preempt_delay', preemptDelay, preemptDelay === seconds(0)),
  downTimerAdverts: ({ downTimerAdverts }) => value('down_timer_adverts', downTimerAdverts, downTimerAdverts === 3),
  authentication: ({ authentication }) =>
    authentication.type === 'none'
      ? NOTHING
      : part(block('authentication', ['auth_type PASS', `auth_pass ${quoteWord(textOf(authentication.password))}`])),
  srcIp: ({ srcIp, unicast }) => optional(unicast ? 'unicast_src_ip' : 'mcast_src_ip', srcIp, String),
  trackSrcIp: ({ trackSrcIp }) => flag('track_src_ip', trackSrcIp),
  mcastDstIp: ({ mcastDstIp, family, unicast }) =>
    unicast ? NOTHING : value('mcast_dst_ip', mcastDstIp, mcastDstIp === VRRP_GROUPS[family]),
  unicast: ({ unicast }) => (unicast ? part(unicastLines(unicast)) : NOTHING),
  v3ChecksumAsV2: ({ v3ChecksumAsV2 }) => switched('v3_checksum_as_v2', v3ChecksumAsV2),
  accept: ({ accept }) => (accept ? part(['accept'], true) : part(['no_accept'])),
  promoteSecondaries: ({ promoteSecondaries }) => flag('promote_secondaries', promoteSecondaries),
  kernelRxBufSize: ({ kernelRxBufSize }) => optional('kernel_rx_buf_size', kernelRxBufSize, String),
  virtualAddresses: (one) => addresses('virtual_ipaddress', one.virtualAddresses, one.interface),
  excludedAddresses: (one) => addresses('virtual_ipaddress_excluded', one.excludedAddresses, one.interface),
  virtualRoutes: ({ virtualRoutes }) => entries('virtual_routes', virtualRoutes.map(describeRoute)),
  virtualRules: ({ virtualRules }) => entries('virtual_rules', virtualRules.map(describeRoute)),
  tracks: ({ tracks }, context) => trackLists(tracks, context),
  dontTrackPrimary: ({ dontTrackPrimary }) => flag('dont_track_primary', dontTrackPrimary),
  garp: ({ garp }) => garpPart(garp),
  lowerPrioNoAdvert: ({ lowerPrioNoAdvert }) =>
    value('lower_prio_no_advert', String(lowerPrioNoAdvert), !lowerPrioNoAdvert),
  higherPrioSendAdvert: ({ higherPrioSendAdvert }) =>
    value('higher_prio_send_advert', String(higherPrioSendAdvert), !higherPrioSendAdvert),
  resetConnections: ({ resetConnections }) => value('reset_connections', String(resetConnections), resetConnections),
  notify: ({ notify }, { global }) => part(notifyLines(notify, global)),
  notifyDeleted: ({ notifyDeleted, notify }) => flag('notify_deleted', notifyDeleted && notify.deleted === undefined),
  notifyPriorityChanges: (one) => switched('notify_priority_changes', one.notifyPriorityChanges),
  smtpAlert: ({ smtpAlert }) => switched('smtp_alert', smtpAlert),
  kept: ({ kept }) => part(kept),
  place: elsewhere,
  places: elsewhere,
};

/** One by which a reader sees the family. */
const namesAddress = ({ virtualAddresses, srcIp, unicast }: VrrpInstance): boolean =>
  virtualAddresses.length > 0 || srcIp !== undefined || (unicast?.peers.length ?? 0) > 0;

function unicastLines({ peers, ttl, checkSrc, oldChecksum }: UnicastSettings): string[] {
  const limit = (keyword: string, held: number | undefined): string =>
    held === undefined ? '' : ` ${keyword} ${held}`;
  return [
    ...block(
      'unicast_peer',
      peers.map(({ address, minTtl, maxTtl }) => `${address}${limit('min_ttl', minTtl)}${limit('max_ttl', maxTtl)}`),
      { empty: false },
    ),
    ...(peers.length === 0 ? ['unicast_fault_no_peer'] : []),
    ...(ttl === 255 ? [] : [`unicast_ttl ${ttl}`]),
    `check_unicast_src ${String(checkSrc)}`,
    ...(oldChecksum === 'as-heard' ? [] : [`old_unicast_checksum${oldChecksum === 'never' ? ' never' : ''}`]),
  ];
}

const switched = (keyword: string, on: boolean): Part => value(keyword, String(on), !on);

const addresses = (title: string, list: readonly VirtualAddress[], dev: string): Part =>
  entries(
    title,
    list.map((address) => addressLine(address, dev)),
  );

/** With its interface, unless that is the one of its instance. */
function addressLine(address: VirtualAddress, usual?: string): string {
  const { prefix, dev, scope, label, broadcast, peer, flags = [], preferredLft, noTrack } = address;
  const words: (readonly [string, string | number | undefined])[] = [
    ['brd', broadcast],
    ['dev', dev === usual ? undefined : quoteWord(dev)],
    ['scope', scope === 0 ? undefined : scope],
    ['label', label === undefined ? undefined : quoteWord(label)],
    ['peer', peer && formatPrefix(peer)],
    ['preferred_lft', preferredLft],
  ];
  const options = words.flatMap(([keyword, text]) => (text === undefined ? [] : [`${keyword} ${text}`]));
  const names = flags.map((one) => (one === 'dad' ? '-nodad' : one));
  return [formatPrefix(prefix), ...options, ...names, ...(noTrack ? ['no_track'] : [])].join(' ');
}

function garpPart(garp: VrrpInstance['garp']): Part {
  const { masterDelay, masterRepeat, lowerPrioDelay, lowerPrioRepeat, masterRefresh, masterRefreshRepeat } = garp;
  const lines = [
    `garp_master_delay ${inSeconds(masterDelay)}`,
    `garp_master_repeat ${masterRepeat}`,
    `garp_lower_prio_delay ${inSeconds(lowerPrioDelay)}`,
    `garp_lower_prio_repeat ${lowerPrioRepeat}`,
    ...(masterRefresh === undefined ? [] : [`garp_master_refresh ${inSeconds(masterRefresh)}`]),
    `garp_master_refresh_repeat ${masterRefreshRepeat}`,
  ];
  return part(lines, isEqual(garp, STANDARD_GARP));
}

const STANDARD_GARP: VrrpInstance['garp'] = {
  masterDelay: seconds(5),
  masterRepeat: 5,
  lowerPrioDelay: seconds(5),
  lowerPrioRepeat: 5,
  masterRefreshRepeat: 1,
};

const KEYWORDS: Readonly<Record<keyof NotifyScripts, string>> = {
  master: 'notify_master',
  backup: 'notify_backup',
  fault: 'notify_fault',
  stop: 'notify_stop',
  rxLowerPri: 'notify_master_rx_lower_pri',
  any: 'notify',
  deleted: 'notify_deleted',
};

function notifyLines(notify: NotifyScripts, global: GlobalDefs): string[] {
  const states = Object.keys(KEYWORDS) as (keyof NotifyScripts)[];
  return states.flatMap((state) => {
    const command = notify[state];
    return command === undefined ? [] : [`${KEYWORDS[state]} ${commandWords(command, global.scriptUser)}`];
  });
}

/** The octets of the password are those of UTF-8 text. */
const textOf = (octets: string): string =>
  new TextDecoder().decode(Uint8Array.from(octets, (letter) => letter.charCodeAt(0)));
