// What a state becomes when its instance gets another configuration: of the running timers only those move whose length
// that changes, and never so that a BACKUP takes over sooner than a whole Master_Down_Interval from now.
// It gives values; machine.ts takes them up.

import { after, earliest, type Duration, type Instant } from '../time.js';
import type { VrrpInstance } from '../config/model.js';
import { planOnReload } from './garp.js';
import type { Instance } from './instance.js';
import type { State } from './state.js';

/** The state under the configuration that the instance has by now, and that had this advert interval of a master before. */
export function carryOver(
  instance: Instance,
  before: VrrpInstance,
  { formerInt, hasAccepted, now }: { formerInt: Duration; hasAccepted: boolean; now: Instant },
): State {
  const { state, config } = instance;
  if (state.kind === 'MASTER') {
    const advertAt = earliest(state.advertAt, after(now, config.advertInt)) ?? state.advertAt;
    return { ...state, advertAt, garp: planOnReload(state.garp, { from: before.garp, to: config.garp, now }) };
  }
  if (state.kind !== 'BACKUP') return state;
  const { masterDownAt, preemptAt, wantsMaster, keeps } = state;
  const keepsDelay = preemptAt !== undefined && !config.nopreempt && config.preemptDelay === before.preemptDelay;
  const restarts = instance.masterAdvertInt !== formerInt || config.downTimerAdverts !== before.downTimerAdverts;
  return {
    kind: 'BACKUP',
    masterDownAt: restarts || hasAccepted ? after(now, instance.masterDownInterval) : masterDownAt,
    ...(keepsDelay && { preemptAt }),
    ...(wantsMaster && !hasAccepted && { wantsMaster }),
    ...(keeps && { keeps }),
  };
}

/** With nopreempt the lower advert that was discarded before counts after all: `hasAccepted` above. */
export const acceptsLower = ({ state, config, lower }: Instance, before: VrrpInstance): boolean =>
  state.kind === 'BACKUP' && lower !== undefined && config.nopreempt && !before.nopreempt;
