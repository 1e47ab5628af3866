// From what a vrrp_instance says to what it means: keepalived's defaults and the rules by which its keywords change
// each other, each with a warning where something that is written does not count. Reads no text.

import { centiseconds, inSeconds, seconds, type Duration } from '../time.js';
import { completeAdvertising } from './advertising.js';
import { completeAuthentication } from './authentication.js';
import { named, type Report } from './diagnostic.js';
import { completeFamily, completeVersion } from './family.js';
import type { GlobalDraft } from './global-defs.js';
import { completeAddresses } from './instance-addresses.js';
import { placesOf, type Written } from './keyword.js';
import type { GarpSettings, VrrpInstance } from './model.js';
import { completeNotify } from './notify.js';
import { isStrict, makeStrict, strictConsequences } from './strict.js';
import { resolveTracks, trackListsOf, type Trackables, type Tracked } from './track.js';
import type { Statement } from './tree.js';
import { vrrpInstanceTable, type InstanceDraft } from './vrrp-instance.js';

/** An instance with where it was written, for the lints. */
export interface CompletedInstance {
  readonly instance: VrrpInstance;
  readonly statement: Statement;
  readonly written: InstanceDraft;
  readonly tracked: readonly Tracked[];
  /** What strict mode changes, in words. */
  readonly strict: readonly string[];
}

const OWNER = 255;
const MOST_CENTISECONDS = centiseconds(4095);

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
  const strict = isStrict(written, global);
  const { state, priority } = completePriority(written, { strict, report });
  const nopreempt = completeNopreempt({ written, state, priority, report });
  const dev = written.interface?.value ?? '';
  // Its own interface is tracked in any case.
  const all = resolveTracks(trackListsOf(written), trackables, report).filter(
    ({ track }) => track.kind !== 'interface' || track.name !== dev,
  );
  const tracked = dropWeightsOfOwner(all, { priority, report });
  const family = completeFamily(written, report);
  const version = completeVersion(written, { family, global, report });
  const kernelRxBufSize = written.kernelRxBufSize?.value ?? global.vrrpRxBufsPolicy?.value;
  const relaxed: VrrpInstance = {
    name,
    state,
    interface: dev,
    virtualRouterId: written.virtualRouterId?.value ?? 0,
    priority,
    advertInt: completeAdvertInt(written, { version, report }),
    version,
    family,
    nopreempt,
    preemptDelay: completePreemptDelay({ written, state, nopreempt, report }),
    downTimerAdverts: written.downTimerAdverts?.value ?? global.vrrpDownTimerAdverts?.value ?? 3,
    authentication: completeAuthentication(written.authentication, { version, report }),
    ...completeAddresses(written, { dev, family, report }),
    virtualRoutes: written.virtualRoutes?.value ?? [],
    virtualRules: written.virtualRules?.value ?? [],
    tracks: tracked.map(({ track }) => track),
    dontTrackPrimary: written.dontTrackPrimary?.value ?? false,
    ...completeAdvertising(written, { global, family, version, report }),
    accept: completeAccept(written, { priority, report }),
    promoteSecondaries: written.promoteSecondaries?.value ?? false,
    ...(kernelRxBufSize !== undefined && { kernelRxBufSize }),
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
  const instance = strict ? makeStrict(relaxed, written) : relaxed;
  return { instance, statement, written, tracked, strict: strict ? strictConsequences(relaxed, instance) : [] };
}

/** In strict mode an owner alone begins as MASTER. */
function completePriority(
  { state, priority }: InstanceDraft,
  { strict, report }: { strict: boolean; report: Report },
): Pick<VrrpInstance, 'state' | 'priority'> {
  if (priority !== undefined) {
    const value = priority.value ?? 100;
    if (strict && value !== OWNER) return { state: 'BACKUP', priority: value };
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

/** Version 2 sends whole seconds (RFC 3768 § 5.3.7), version 3 centiseconds in twelve bits (RFC 5798 § 5.2.7). */
function completeAdvertInt(
  { advertInt, version: written }: InstanceDraft,
  { version, report }: { version: VrrpInstance['version']; report: Report },
): Duration {
  const value = advertInt?.value ?? seconds(1);
  const [word] = advertInt?.statement.args ?? [];
  const unit = version === 2 ? seconds(1) : centiseconds(1);
  const whole = Math.max(unit, Math.round(value / unit) * unit) as Duration;
  const isUnknownVersion = written !== undefined && written.value === undefined;
  if (word === undefined || isUnknownVersion) return whole;
  if (version === 3 && whole > MOST_CENTISECONDS)
    report.error('out-of-range', word.span, `${named(word.text)} is over 40.95 seconds, the most in version 3`);
  else if (whole !== value) {
    const units = version === 2 ? 'whole seconds' : 'hundredths of a second';
    const words = `version ${version} knows ${units} only: ${named(word.text)} is taken for ${inSeconds(whole)}`;
    report.warning('rounded-value', word.span, words);
  }
  return whole;
}

/** Of accept and no_accept the one that stands last counts; an owner accepts in any case (RFC 3768 § 6.4.3). */
function completeAccept(written: InstanceDraft, { priority, report }: { priority: number; report: Report }): boolean {
  const fields = Object.keys(written);
  const { noAccept } = written;
  if (noAccept === undefined || fields.indexOf('accept') > fields.indexOf('noAccept')) return true;
  if (priority !== OWNER) return false;
  report.warning('does-not-count', noAccept.statement.keyword.span, 'no_accept does not count with priority 255');
  return true;
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
