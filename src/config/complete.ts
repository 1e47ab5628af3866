// From what a vrrp_instance says to what it means: keepalived's defaults and the rules by which its keywords change
// each other, each with a warning where something that is written does not count. Reads no text.

import { VRRP_GROUPS } from '../address.js';
import { seconds, type Duration } from '../time.js';
import { completeAuthentication } from './authentication.js';
import { named, type Report } from './diagnostic.js';
import type { GlobalDraft } from './global-defs.js';
import { placesOf, type Written } from './keyword.js';
import type { GarpSettings, VirtualAddress, VrrpInstance } from './model.js';
import { completeNotify } from './notify.js';
import { resolveTracks, trackListsOf, type Trackables, type Tracked } from './track.js';
import type { Statement } from './tree.js';
import type { AddressEntry } from './virtual-address.js';
import { vrrpInstanceTable, type InstanceDraft } from './vrrp-instance.js';

/** An instance with where it was written, for the lints. */
export interface CompletedInstance {
  readonly instance: VrrpInstance;
  readonly statement: Statement;
  readonly written: InstanceDraft;
  readonly tracked: readonly Tracked[];
}

/** RFC 3768 § 5.3.5: the count of addresses is an octet; 255 of them fit in 1500 octets. */
const MOST_ADDRESSES = 255;
const OWNER = 255;

/** Where something cannot be read, which is an error already, a default stands in for it, so that the rest is checked. */
export function completeInstance(request: {
  name: string;
  statement: Statement;
  global: GlobalDraft;
  trackables: Trackables;
  report: Report;
}): CompletedInstance {
  const { name, statement, global, trackables, report } = request;
  const owner = statement.keyword.span;
  const written = vrrpInstanceTable.read({ statements: statement.block ?? [], owner, report });
  const { state, priority } = completePriority(written, report);
  const nopreempt = completeNopreempt({ written, state, priority, report });
  const dev = written.interface?.value ?? '';
  // Its own interface is tracked in any case.
  const all = resolveTracks(trackListsOf(written), trackables, report).filter(
    ({ track }) => track.kind !== 'interface' || track.name !== dev,
  );
  const tracked = dropWeightsOfOwner(all, { priority, report });
  const addresses = completeAddresses(written, { dev, report });
  const srcIp = written.mcastSrcIp?.value;
  const instance: VrrpInstance = {
    name,
    state,
    interface: dev,
    virtualRouterId: written.virtualRouterId?.value ?? 0,
    priority,
    advertInt: completeAdvertInt(written, report),
    version: 2,
    family: 'ipv4',
    nopreempt,
    preemptDelay: completePreemptDelay({ written, state, nopreempt, report }),
    downTimerAdverts: written.downTimerAdverts?.value ?? global.vrrpDownTimerAdverts?.value ?? 3,
    authentication: completeAuthentication(written.authentication, report),
    ...addresses,
    virtualRoutes: written.virtualRoutes?.value ?? [],
    virtualRules: written.virtualRules?.value ?? [],
    tracks: tracked.map(({ track }) => track),
    dontTrackPrimary: written.dontTrackPrimary?.value ?? false,
    ...(srcIp !== undefined && { srcIp }),
    trackSrcIp: false,
    mcastDstIp: VRRP_GROUPS.ipv4,
    v3ChecksumAsV2: false,
    accept: true,
    promoteSecondaries: false,
    garp: completeGarp(written, global),
    lowerPrioNoAdvert: written.lowerPrioNoAdvert?.value ?? global.vrrpLowerPrioNoAdvert?.value ?? false,
    higherPrioSendAdvert: written.higherPrioSendAdvert?.value ?? global.vrrpHigherPrioSendAdvert?.value ?? false,
    resetConnections: written.resetConnections?.value ?? global.vrrpResetConnections?.value ?? true,
    notify: completeNotify(written, global.scriptUser?.value),
    notifyDeleted: written.notifyDeleted?.value !== undefined,
    notifyPriorityChanges: written.notifyPriorityChanges?.value ?? global.vrrpNotifyPriorityChanges?.value ?? false,
    smtpAlert: written.smtpAlert?.value ?? global.smtpAlertVrrp?.value ?? global.smtpAlert?.value ?? false,
    kept: vrrpInstanceTable.kept(statement.block ?? []),
    place: owner.place,
    places: placesOf(written),
  };
  return { instance, statement, written, tracked };
}

function completePriority(
  { state, priority }: InstanceDraft,
  report: Report,
): Pick<VrrpInstance, 'state' | 'priority'> {
  if (priority !== undefined) {
    const value = priority.value ?? 100;
    return { state: state?.value ?? (value === OWNER ? 'MASTER' : 'BACKUP'), priority: value };
  }
  if (state?.value !== 'MASTER') return { state: 'BACKUP', priority: 100 };
  const words = 'state MASTER without a priority means priority 255: the owner, who takes the address from any other';
  report.warning('owner-by-default', state.statement.keyword.span, words);
  return { state: 'MASTER', priority: OWNER };
}

interface Preemption {
  readonly written: InstanceDraft;
  readonly state: VrrpInstance['state'];
  readonly report: Report;
}

/** Of nopreempt and preempt the one that stands last counts. */
function completeNopreempt({ written, state, priority, report }: Preemption & { priority: number }): boolean {
  const { nopreempt, preempt } = written;
  if (nopreempt === undefined) return false;
  const lineOf = ({ statement }: Written<true>) => statement.keyword.span.place.line;
  if (preempt !== undefined && lineOf(preempt) > lineOf(nopreempt)) return false;
  if (state !== 'MASTER' && priority !== OWNER) return true;
  const why = state === 'MASTER' ? 'state MASTER' : 'priority 255';
  const note = state === 'MASTER' ? { note: 'nopreempt needs state BACKUP on both hosts' } : {};
  report.warning('nopreempt-dropped', nopreempt.statement.keyword.span, `nopreempt does not count with ${why}`, note);
  return false;
}

function completePreemptDelay({ written, state, nopreempt, report }: Preemption & { nopreempt: boolean }): Duration {
  const { preemptDelay } = written;
  const delay = preemptDelay?.value ?? seconds(0);
  if (preemptDelay === undefined || delay === 0 || (state !== 'MASTER' && !nopreempt)) return delay;
  const why = nopreempt ? 'nopreempt' : 'state MASTER';
  const words = `preempt_delay does not count with ${why}`;
  report.warning('preempt-delay-dropped', preemptDelay.statement.keyword.span, words);
  return seconds(0);
}

/** RFC 3768 § 5.3.7: version 2 sends whole seconds. */
function completeAdvertInt({ advertInt, version }: InstanceDraft, report: Report): Duration {
  const value = advertInt?.value ?? seconds(1);
  const whole = seconds(Math.max(1, Math.round(value / seconds(1))));
  const [word] = advertInt?.statement.args ?? [];
  const isOtherVersion = version !== undefined && version.value === undefined;
  if (whole !== value && word !== undefined && !isOtherVersion) {
    const words = `version 2 knows whole seconds only: ${named(word.text)} is taken for ${whole / seconds(1)}`;
    report.warning('rounded-value', word.span, words);
  }
  return whole;
}

type Addresses = Pick<VrrpInstance, 'virtualAddresses' | 'excludedAddresses'>;

function completeAddresses(written: InstanceDraft, { dev, report }: { dev: string; report: Report }): Addresses {
  const { virtualIpaddress: sent, virtualIpaddressExcluded: excluded } = written;
  const seen = new Set<string>();
  const unique = (entries: readonly AddressEntry[]) =>
    entries.filter(({ address: { prefix }, span }) => {
      const again = seen.has(prefix.address);
      seen.add(prefix.address);
      const words = `${prefix.address} is in this instance already: the first entry counts`;
      if (again) report.warning('repeated-name', span, words);
      return !again;
    });
  const all = unique(sent?.value ?? []);
  const rest = unique(excluded?.value ?? []);
  const first = all[MOST_ADDRESSES];
  if (first !== undefined) {
    const words = `an advert holds ${MOST_ADDRESSES} addresses: from here on they are set but not sent, as if excluded`;
    report.warning('too-many-addresses', first.span, words);
  }
  const onInterface = (entries: readonly AddressEntry[]): VirtualAddress[] =>
    entries.map(({ address }) => ({ dev, ...address }));
  return {
    virtualAddresses: onInterface(all.slice(0, MOST_ADDRESSES)),
    excludedAddresses: onInterface([...all.slice(MOST_ADDRESSES), ...rest]),
  };
}

/** The priority of an owner never changes (RFC 3768 § 5.3.4). */
function dropWeightsOfOwner(
  tracked: readonly Tracked[],
  { priority, report }: { priority: number; report: Report },
): Tracked[] {
  return tracked.filter(({ track, entry }) => {
    if (priority !== OWNER || track.weight === 0) return true;
    const words = `${named(track.name)} is not tracked here: a weight changes nothing with priority 255`;
    report.warning('weight-on-owner', entry.keyword.span, words);
    return false;
  });
}

function completeGarp(written: InstanceDraft, global: GlobalDraft): GarpSettings {
  const masterDelay = written.garpMasterDelay?.value ?? global.vrrpGarpMasterDelay?.value ?? seconds(5);
  const masterRepeat = written.garpMasterRepeat?.value ?? global.vrrpGarpMasterRepeat?.value ?? 5;
  const masterRefresh = written.garpMasterRefresh?.value ?? global.vrrpGarpMasterRefresh?.value;
  return {
    masterDelay,
    masterRepeat,
    lowerPrioDelay: written.garpLowerPrioDelay?.value ?? global.vrrpGarpLowerPrioDelay?.value ?? masterDelay,
    lowerPrioRepeat: written.garpLowerPrioRepeat?.value ?? global.vrrpGarpLowerPrioRepeat?.value ?? masterRepeat,
    ...(masterRefresh !== undefined && { masterRefresh }),
    masterRefreshRepeat: written.garpMasterRefreshRepeat?.value ?? global.vrrpGarpMasterRefreshRepeat?.value ?? 1,
  };
}
