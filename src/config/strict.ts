// What `strict_mode` and `vrrp_strict` make of an instance: keepalived's idea of the RFC, by which the addresses of a host
// that serves can't be reached. Each consequence is told. RFC 3768 § 6.4.3, RFC 5798 § 6.1 (Accept_Mode).

import { seconds } from '../time.js';
import type { CompletedInstance } from './complete.js';
import { isEqual } from './diff.js';
import type { Report } from './diagnostic.js';
import type { GlobalDraft } from './global-defs.js';
import type { VrrpInstance } from './model.js';
import type { InstanceDraft } from './vrrp-instance.js';

const OWNER = 255;

export const isStrict = (written: InstanceDraft, global: GlobalDraft): boolean =>
  written.strictMode?.value ?? global.vrrpStrict?.value ?? false;

/** The instance as it is with strict mode. Only version 3 can be told to accept (RFC 5798 § 6.1). */
export function makeStrict(instance: VrrpInstance, written: InstanceDraft): VrrpInstance {
  const { garp, priority, version } = instance;
  return {
    ...instance,
    preemptDelay: seconds(0),
    downTimerAdverts: 3,
    authentication: { type: 'none' },
    lowerPrioNoAdvert: true,
    garp: { ...garp, lowerPrioDelay: seconds(0), lowerPrioRepeat: 0 },
    accept: priority === OWNER || (version === 3 && instance.accept && written.accept !== undefined),
  };
}

/** In words what is otherwise than without it. */
export function strictConsequences(before: VrrpInstance, after: VrrpInstance): string[] {
  const told: readonly (readonly [keyof VrrpInstance, string])[] = [
    ['accept', 'what clients send to the addresses is DROPPED on this host (no_accept)'],
    ['authentication', 'there is no authentication'],
    ['preemptDelay', 'preempt_delay does not count'],
    ['downTimerAdverts', 'down_timer_adverts is 3'],
    ['lowerPrioNoAdvert', 'a lower priority is not answered with an advert at once'],
    ['garp', 'a lower priority is not answered with gratuitous ARP'],
  ];
  return told.flatMap(([field, words]) => (isEqual(before[field], after[field]) ? [] : [words]));
}

/** One message for each keyword that says it. */
export function reportStrict(
  instances: readonly CompletedInstance[],
  { global, report }: { global: GlobalDraft; report: Report },
): void {
  const own = instances.filter(({ written }) => written.strictMode?.value === true);
  const others = instances.filter(({ written }) => written.strictMode?.value === undefined);
  const messages = [
    ...own.map((one) => ({ keyword: one.written.strictMode, of: [one] })),
    { keyword: global.vrrpStrict?.value === true ? global.vrrpStrict : undefined, of: others },
  ];
  for (const { keyword, of } of messages) {
    const consequences = new Set(of.flatMap(({ strict }) => strict));
    if (keyword === undefined || consequences.size === 0) continue;
    const drops = of.some(({ instance }) => !instance.accept);
    const note = of.every(({ instance }) => instance.version === 3) ? 'write accept, or leave it out' : 'leave it out';
    report.warning(
      'strict-mode',
      keyword.statement.keyword.span,
      `${keyword.statement.keyword.text}: ${[...consequences].join('; ')}`,
      drops ? { note: `on a host that serves, ${note}` } : {},
    );
  }
}
