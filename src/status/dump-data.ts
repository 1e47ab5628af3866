// The text of keepalived.data: the running configuration and what became of it, a block each for an instance, a check and
// an interface. Words and indentation are keepalived 2.2.7's, since other programs take it apart; a line for something
// that vrrpd does not have is left out. It writes no file.

import { outerState } from '../vrrp/state.js';
import { isLinkLocal } from '../address.js';
import type { GarpSettings, NotifyScripts, UnicastPeer } from '../config/model.js';
import { inMilliseconds, inSeconds, type Duration, type Instant } from '../time.js';
import { judge } from '../track/standing.js';
import type { Link } from '../vrrp/input.js';
import type { Instance } from '../vrrp/instance.js';
import type { Router } from '../vrrp/router.js';
import { field, groupLines, indented, list, section, trackedLists, trackSections } from './dump-tracks.js';
import {
  addressList,
  addressWords,
  commandWords,
  MASKED,
  routeWords,
  ruleWords,
  wantedState,
  wholeSeconds,
  type DumpFacts,
  type WallTime,
} from './dump-words.js';

export function dumpData(router: Router, facts: DumpFacts): string {
  const { config } = facts;
  const instances = [...router.instances.values()];
  const lines = [
    ...section('Global definitions', globalLines(facts)),
    ...section('Static Addresses', indented(config.staticIpaddress.map((one) => addressWords(one, 'set')))),
    ...section('Static Routes', indented(config.staticRoutes.map(routeWords))),
    ...section('Static Rules', indented(config.staticRules.map(ruleWords))),
    ...section(
      'VRRP Topology',
      instances.flatMap((instance) => instanceLines(instance, facts)),
    ),
    ...section('VRRP Sync groups', [...router.groups.values()].flatMap(groupLines)),
    ...trackSections(router),
    ...section(
      'Interfaces',
      [...router.surroundings.links].flatMap(([name, link]) => linkLines(router, name, link)),
    ),
  ];
  return `${lines.join('\n')}\n`;
}

const enabled = (set: boolean): string => (set ? 'enabled' : 'disabled');
const point = ({ seconds, date }: WallTime): string => `${seconds.toFixed(6)} (${date})`;

const globalLines = ({ config: { global }, host }: DumpFacts): string[] => [
  ` Router ID = ${global.routerId ?? host}`,
  ` VRRP process priority = ${global.vrrpPriority ?? 0}`,
  ` VRRP don't swap = ${global.vrrpNoSwap}`,
  ` VRRP realtime priority = ${global.vrrpRtPriority ?? 0}`,
  ` VRRP realtime limit = ${global.vrrpRlimitRttime ?? 10_000}`,
  ` Script security ${enabled(global.enableScriptSecurity)}`,
];

function instanceLines(instance: Instance, facts: DumpFacts): string[] {
  const { config } = instance;
  return [
    ` VRRP Instance = ${config.name}`,
    field('VRRP Version', config.version),
    ...(config.family === 'ipv6' ? ['   Using Native IPv6'] : []),
    ...(instance.group ? [field('Sync group', instance.group.config.name)] : []),
    ...stateLines(instance, facts),
    ...interfaceLines(instance),
    ...garpLines(config.garp),
    field('Down timer adverts', config.downTimerAdverts),
    field('Send advert after receive lower priority advert', String(!config.lowerPrioNoAdvert)),
    field('Send advert after receive higher priority advert', String(config.higherPrioSendAdvert)),
    field('Virtual Router ID', config.virtualRouterId),
    ...priorityLines(instance),
    ...preemptLines(instance),
    field('Promote_secondaries', enabled(config.promoteSecondaries)),
    ...authenticationLines(instance),
    ...(config.kernelRxBufSize === undefined ? [] : [field('Kernel rx buffer size', config.kernelRxBufSize)]),
    `   Virtual IP (${config.virtualAddresses.length}):`,
    ...indented(addressList(instance, config.virtualAddresses)),
    ...list('Virtual IP Excluded', addressList(instance, config.excludedAddresses)),
    ...unicastLines(instance),
    ...list('Virtual Routes', config.virtualRoutes.map(routeWords)),
    ...list('Virtual Rules', config.virtualRules.map(ruleWords)),
    ...trackedLists(config.tracks),
    field('Using smtp notification', config.smtpAlert ? 'yes' : 'no'),
    field('Notify deleted', config.notifyDeleted ? 'Deleted' : 'Fault'),
    ...notifyLines(config.notify),
    field('Notify priority changes', String(config.notifyPriorityChanges)),
  ];
}

function stateLines(instance: Instance, { wallTime }: DumpFacts): string[] {
  const { master, state } = instance;
  const waiting = instance.tracks.filter((track) => judge(track, instance.surroundings.standing(track)).awaited);
  const due = nextByState(instance);
  return [
    field('State', outerState(instance.state)),
    ...(state.kind === 'BACKUP'
      ? [field('Master router', master?.address ?? '0.0.0.0'), field('Master priority', master?.priority ?? 0)]
      : []),
    ...(followsMaster(instance)
      ? [field('Master advert int', `${inSeconds(instance.masterAdvertInt).toFixed(2)} sec`)]
      : []),
    field('Wantstate', wantedState(instance)),
    field('Number of config faults', 0),
    field('Number of interface and track script faults', state.kind === 'FAULT' ? state.reasons.length : 0),
    field('Number of track scripts init', waiting.length),
    field('Last transition', point(wallTime(instance.since))),
    field('Read timeout', due === undefined ? 'DISABLED' : point(wallTime(due))),
    field('Master down timer', `${instance.masterDownInterval} usecs`),
  ];
}

/** The interval of a BACKUP of version 3 is its master's. */
const followsMaster = ({ config, state }: Instance): boolean => config.version === 3 && state.kind === 'BACKUP';

/** When a MASTER says its next advert, or a BACKUP takes over if it hears none. */
function nextByState({ state }: Instance): Instant | undefined {
  return state.kind === 'MASTER' ? state.advertAt : state.kind === 'BACKUP' ? state.masterDownAt : undefined;
}

function interfaceLines({ config, source, links }: Instance): string[] {
  const index = links.get(config.interface)?.index;
  const configured = config.srcIp === undefined ? '' : ' (from configuration)';
  return [
    field('Interface', config.interface),
    ...(config.dontTrackPrimary ? ['   VRRP interface tracking disabled'] : []),
    field('Using src_ip', `${source ?? '(none)'}${configured}`),
    ...(config.unicast
      ? []
      : [`   Multicast address ${config.mcastDstIp}${config.family === 'ipv4' ? '' : `, ifindex ${index ?? 0}`}`]),
  ];
}

const garpLines = (garp: GarpSettings): string[] => [
  field('Gratuitous ARP delay', wholeSeconds(garp.masterDelay)),
  field('Gratuitous ARP repeat', garp.masterRepeat),
  field('Gratuitous ARP refresh', wholeSeconds(garp.masterRefresh)),
  field('Gratuitous ARP refresh repeat', garp.masterRefreshRepeat),
  field('Gratuitous ARP lower priority delay', wholeSeconds(garp.lowerPrioDelay)),
  field('Gratuitous ARP lower priority repeat', garp.lowerPrioRepeat),
];

/** The total is the effective priority before it is brought into 1..254. */
function priorityLines(instance: Instance): string[] {
  const { config, priority } = instance;
  const { priority: base, advertInt, version, accept } = config;
  const total = base === 255 ? base : instance.contributions().reduce((sum, { value }) => sum + value, base);
  return [
    field('Priority', base),
    field('Effective priority', priority),
    field('Total priority', total),
    field('Advert interval', version === 2 ? `${inSeconds(advertInt)} sec` : inMillisecondWords(advertInt)),
    ...(followsMaster(instance) ? [field('Master advert interval', inMillisecondWords(instance.masterAdvertInt))] : []),
    field('Accept', enabled(accept)),
  ];
}

const inMillisecondWords = (duration: Duration): string => `${inMilliseconds(duration)} milli-sec`;

const preemptLines = ({ config: { nopreempt, preemptDelay } }: Instance): string[] => [
  field('Preempt', enabled(!nopreempt)),
  ...(preemptDelay === 0 ? [] : [field('Preempt delay', `${inSeconds(preemptDelay)} secs`)]),
];

function authenticationLines({ config: { authentication, version } }: Instance): string[] {
  if (version === 3) return [];
  if (authentication.type === 'none') return [field('Authentication type', 'none')];
  return [field('Authentication type', 'SIMPLE_PASSWORD'), field('Password', MASKED)];
}

function unicastLines({ config: { unicast }, oldChecksums }: Instance): string[] {
  if (!unicast) return [];
  const { peers, ttl, checkSrc, oldChecksum } = unicast;
  const asHeard = oldChecksums.length > 0 ? 'auto' : 'no';
  return [
    field('Unicast TTL', ttl),
    `   Check unicast src : ${checkSrc ? 'yes' : 'no'}`,
    ...list('Unicast Peer', peers.map(peerWords)),
    field('Unicast checksum compatibility', { never: 'never', always: 'config', 'as-heard': asHeard }[oldChecksum]),
  ];
}

const peerWords = ({ address, minTtl = 0, maxTtl = 255 }: UnicastPeer): string =>
  `${address} min_ttl ${minTtl} max_ttl ${maxTtl}`;

/** keepalived's order. */
const NOTIFY: readonly (readonly [words: string, state: keyof NotifyScripts])[] = [
  ['Backup state', 'backup'],
  ['Master state', 'master'],
  ['Fault state', 'fault'],
  ['Stop state', 'stop'],
  ['Deleted state', 'deleted'],
  ['Generic state', 'any'],
  ['Master rx lower pri state', 'rxLowerPri'],
];

const notifyLines = (notify: NotifyScripts): string[] =>
  NOTIFY.flatMap(([words, state]) => {
    const command = notify[state];
    return command ? [field(`${words} transition script`, commandWords(command))] : [];
  });

function linkLines({ instances, surroundings }: Router, name: string, link: Link): string[] {
  const own = link.addresses.find(({ address }) => !address.includes(':'))?.address;
  const linkLocal = link.addresses.find((prefix) => isLinkLocal(prefix.address) && surroundings.isOwn(prefix));
  const on = [...instances.values()]
    .filter(({ config }) => config.interface === name)
    .map(({ config }) => `${config.name}, weight 0`);
  return [
    ` Name = ${name}`,
    field('index', link.index),
    field('IPv4 address', own ?? '(none)'),
    field('IPv6 address', linkLocal?.address ?? '(none)'),
    field('MAC', link.mac),
    field('State', link.up ? 'UP, RUNNING' : 'not RUNNING'),
    field('MTU', link.mtu),
    ...list('Tracking VRRP instances', on),
  ];
}
