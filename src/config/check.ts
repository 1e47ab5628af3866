// Lints: what can be read and is probably not meant. Only what is certain from this file alone; what needs the peer's
// file or the host is looked at elsewhere. Changes nothing.

import { parsePrefix } from '../address.js';
import { describeDuration, seconds, times } from '../time.js';
import type { CompletedInstance } from './complete.js';
import { named, type Report } from './diagnostic.js';
import type { GlobalDraft } from './global-defs.js';
import { reportStrict } from './strict.js';
import type { AddressEntry } from './virtual-address.js';
import type { CompletedGroup } from './sync-group.js';
import type { Trackables } from './track.js';
import type { DefinedScript } from './vrrp-script.js';

interface Checked {
  readonly global: GlobalDraft;
  readonly trackables: Omit<Trackables, 'script'> & { readonly script: ReadonlyMap<string, DefinedScript> };
  readonly instances: readonly CompletedInstance[];
  readonly groups: readonly CompletedGroup[];
  /** Somewhere a mail is asked for. */
  readonly sendsMail: boolean;
  readonly report: Report;
}

export function checkConfig(checked: Checked): void {
  checkUnused(checked);
  checkFifos(checked);
  checkMail(checked);
  checkWeights(checked);
  reportStrict(checked.instances, checked);
  checkPeriods(checked);
  checkSharedAddresses(checked);
  for (const instance of checked.instances) {
    checkAddresses(instance, checked);
    checkPeers(instance, checked.report);
    checkPrefixLengths(instance, checked.report);
    checkDelay(instance, checked.report);
    checkNopreempt(instance, checked.report);
    checkSamples(instance, checked.report);
    checkLookAlike(instance, checked.report);
  }
}

/** What is defined and not tracked by anybody; one that a weight in a group left out has been told of. */
function checkUnused({ trackables, instances, groups, report }: Checked): void {
  const entries = [
    ...groups.flatMap(({ tracked }) => tracked.map(({ track }) => `${track.kind} ${track.name}`)),
    ...instances.flatMap(({ tracked }) => tracked.map(({ track }) => `${track.kind} ${track.name}`)),
    ...instances.flatMap(({ written: { trackScript, trackFile, trackProcess } }) =>
      Object.entries({ script: trackScript, file: trackFile, process: trackProcess }).flatMap(([kind, list]) =>
        (list?.value ?? []).map(({ keyword }) => `${kind} ${keyword.text}`),
      ),
    ),
  ];
  const used = new Set(entries);
  for (const kind of ['script', 'file', 'process'] as const)
    for (const { name, statement } of trackables[kind].values()) {
      if (used.has(`${kind} ${name}`)) continue;
      const what = kind === 'script' ? 'it is never run' : 'it is not looked at';
      report.warning('unused-script', statement.keyword.span, `no instance tracks ${named(name)}: ${what}`);
    }
}

/** A script that has nothing to read is not started. */
function checkFifos({ global, report }: Checked): void {
  const pairs = [
    [global.notifyFifoScript, global.notifyFifo, 'notify_fifo'],
    [global.vrrpNotifyFifoScript, global.vrrpNotifyFifo, 'vrrp_notify_fifo'],
  ] as const;
  for (const [script, fifo, keyword] of pairs)
    if (script && !fifo)
      report.warning('script-without-fifo', script.statement.keyword.span, `without ${keyword} it is never run`);
}

function checkMail({ global, instances, sendsMail, report }: Checked): void {
  const alert = [global.smtpAlert, global.smtpAlertVrrp, ...instances.map(({ written }) => written.smtpAlert)].find(
    (one) => one?.value === true,
  );
  const lacks = global.notificationEmail === undefined ? 'notification_email' : 'smtp_server';
  if (alert !== undefined && (global.notificationEmail === undefined || global.smtpServer === undefined))
    report.warning(
      'alert-without-mail',
      alert.statement.keyword.span,
      `without ${lacks} keepalived sends no mail either`,
      { note: `write ${lacks} into global_defs` },
    );
  if (global.notificationEmail === undefined || sendsMail) return;
  const { span } = global.notificationEmail.statement.keyword;
  report.warning('mail-without-alert', span, 'nothing asks for a mail with smtp_alert: keepalived sends none either');
}

/** Sample pairs have priorities 10 apart or more; a smaller weight can only decide between nearer ones. */
const SMALL_WEIGHT = 10;

function checkWeights({ instances, report }: Checked): void {
  const told = new Set<unknown>();
  for (const { track, weightSpan } of instances.flatMap(({ tracked }) => tracked)) {
    const size = Math.abs(track.weight);
    if (weightSpan === undefined || size === 0 || size >= SMALL_WEIGHT || told.has(weightSpan)) continue;
    told.add(weightSpan);
    const words = `this weight can't change who is master when the peer's priority is more than ${size} away`;
    report.hint('weight-too-small', weightSpan, words);
  }
}

function checkPeriods({ trackables, report }: Checked): void {
  for (const { script, written } of trackables.script.values()) {
    const { interval, timeout } = written;
    if (timeout?.value !== undefined && timeout.value > script.interval) {
      const words = 'a run may last longer than the interval: the next ones are skipped meanwhile';
      report.hint('slow-check', timeout.statement.keyword.span, words, { note: 'an interval of at least the timeout' });
    }
    for (const one of [interval, timeout])
      if (one?.value !== undefined && one.value % seconds(1) !== 0) {
        const words = 'keepalived 2.2.7 knows whole seconds only here, and takes 1 for a part of one';
        report.hint('fraction-of-second', one.statement.keyword.span, words);
      }
  }
}

function checkSharedAddresses({ instances, report }: Checked): void {
  const owners = new Map<string, string>();
  for (const { instance, written } of instances)
    for (const { address, span } of entriesOf(written)) {
      const { prefix, dev = instance.interface } = address;
      const key = `${prefix.address} ${dev}`;
      const other = owners.get(key) ?? instance.name;
      owners.set(key, instance.name);
      if (other === instance.name) continue;
      const words = `${prefix.address} is an address of ${other} too: when one of them leaves it, the other loses it`;
      report.warning('duplicate-address', span, words);
    }
}

const entriesOf = ({ virtualIpaddress, virtualIpaddressExcluded }: CompletedInstance['written']): AddressEntry[] => [
  ...(virtualIpaddress?.value ?? []),
  ...(virtualIpaddressExcluded?.value ?? []),
];

/** The time that clients wait when the master dies: the protocol's own, but rarely what was meant. */
const LONG_WAIT = seconds(10);

function checkDelay({ instance, written }: CompletedInstance, report: Report): void {
  const { advertInt, downTimerAdverts } = instance;
  const wait = times(downTimerAdverts, advertInt);
  const keyword = (written.advertInt ?? written.downTimerAdverts)?.statement.keyword;
  if (keyword === undefined || wait <= LONG_WAIT) return;
  const words = `when the master dies, nobody has the address for ${describeDuration(wait)} and more`;
  report.hint('slow-failover', keyword.span, words);
}

/** Written without a length an address is a /32 or a deprecated /128, which the services on the host rarely expect. */
function checkPrefixLengths({ written }: CompletedInstance, report: Report): void {
  for (const list of [written.virtualIpaddress, written.virtualIpaddressExcluded])
    for (const { keyword } of list?.statement.block ?? []) {
      if (keyword.text.includes('/') || parsePrefix(keyword.text) === undefined) continue;
      const words = keyword.text.includes(':')
        ? `${keyword.text} is set as a /128, which the host sends from only when a program asks for it`
        : `${keyword.text} is set as a /32: no network goes with it`;
      report.hint('no-prefix-length', keyword.span, words, { note: 'write the length to say that it is meant' });
    }
}

/** Where something cannot be read, the addresses may be there. Without any it is a script that moves them, in a cloud. */
function checkAddresses({ instance, statement, written }: CompletedInstance, { global, report }: Checked): void {
  const { name, virtualAddresses, excludedAddresses, notify, version } = instance;
  if (virtualAddresses.length > 0 || report.hasError) return;
  const { span } = statement.keyword;
  const isTold =
    Object.keys(notify).length > 0 || global.notifyFifo !== undefined || global.vrrpNotifyFifo !== undefined;
  if (excludedAddresses.length === 0 && !isTold)
    report.warning('no-address', span, `${named(name)} has no virtual_ipaddress and no notify script: nothing moves`);
  else if (version === 3 && written.noVirtualIpaddress === undefined) {
    const words = `${named(name)} has no virtual_ipaddress: keepalived does not start with that in version 3`;
    report.hint('no-address', span, words, { note: 'keepalived 2.4 does with no_virtual_ipaddress' });
  }
}

/** Peers are left out when they are the host itself. */
function checkPeers({ instance: { unicast, srcIp }, written }: CompletedInstance, report: Report): void {
  const [first, second] = unicast?.peers ?? [];
  if (first === undefined || second !== undefined || first.address !== srcIp || written.unicastPeer === undefined)
    return;
  const words = `the only peer, ${srcIp}, is the source address: this host would speak to itself alone`;
  report.warning('unicast-without-peers', written.unicastPeer.statement.keyword.span, words);
}

function checkNopreempt({ instance, written, tracked }: CompletedInstance, report: Report): void {
  const weighted = tracked.length > 0 && tracked.every(({ track }) => track.weight !== 0);
  if (!instance.nopreempt || !weighted || written.nopreempt === undefined) return;
  const words =
    'with nopreempt this host does not take over from a peer whose check fails: a weight only lowers a priority';
  const note = 'without weight a failed check is a FAULT, and the address moves';
  report.warning('nopreempt-with-weight', written.nopreempt.statement.keyword.span, words, { note });
}

const SAMPLE_VRID = 51;
const SAMPLE_PASSWORD = '1111';

function checkSamples({ instance, written }: CompletedInstance, report: Report): void {
  const { authPass } = written.authentication?.value ?? {};
  const { authentication, virtualRouterId } = instance;
  if (virtualRouterId === SAMPLE_VRID && written.virtualRouterId !== undefined) {
    const words = `${SAMPLE_VRID} is in every sample: another pair on this network may have it too`;
    report.hint('sample-vrid', written.virtualRouterId.statement.keyword.span, words);
  }
  if (authentication.type === 'PASS' && authentication.password === SAMPLE_PASSWORD && authPass !== undefined)
    report.hint('sample-password', authPass.statement.keyword.span, 'this password is in every sample');
}

/** Ordinary names in which a digit was taken for a letter: ethl, bondO. */
const LOOK_ALIKE = /^((?:eth|eno|ens|bond|team|vlan|br)\d*)([lIoO])(\d*)$/;

function checkLookAlike({ written }: CompletedInstance, report: Report): void {
  const { value, statement } = written.interface ?? {};
  const [, before, letter, after] = LOOK_ALIKE.exec(value ?? '') ?? [];
  const word = statement?.args[0];
  if (word === undefined || before === undefined || letter === undefined) return;
  const suggestion = `${before}${/[lI]/.test(letter) ? '1' : '0'}${after ?? ''}`;
  report.hint('look-alike', word.span, `${named(word.text)} has a letter that looks like a digit`, { suggestion });
}
