// Which notify scripts an event means, and in which order: the one of the new state, then `notify` with its four words.
// keepalived.conf(5): notify_master and its sisters. It starts nothing.

import type { Command, NotifyScripts } from '../config/model.js';
import type { Event } from '../vrrp/event.js';

/** A command together with the keyword that names it in the file. */
export interface NotifyCommand {
  readonly keyword: string;
  readonly command: Command;
  /** While one waits to be run, another one would say nothing new. */
  readonly once?: true;
}

const SPECIFIC: Readonly<Partial<Record<Event['state'], keyof NotifyScripts>>> = {
  MASTER: 'master',
  BACKUP: 'backup',
  FAULT: 'fault',
  STOP: 'stop',
  DELETED: 'deleted',
};

/** The commands that are to run for this event, in their order; a change of the priority is for FIFOs only. */
export function notifyCommands(event: Event, scripts: NotifyScripts): NotifyCommand[] {
  const { subject, name, state, priority } = event;
  if (state === 'MASTER_RX_LOWER_PRI') {
    const { rxLowerPri: command } = scripts;
    return command ? [{ keyword: 'notify_master_rx_lower_pri', command, once: true }] : [];
  }
  const keyword = SPECIFIC[state];
  if (keyword === undefined) return [];
  const specific = scripts[keyword];
  const { any } = scripts;
  const words = [subject, name, state, String(priority)];
  return [
    ...(specific ? [{ keyword: `notify_${keyword}`, command: specific }] : []),
    ...(any ? [{ keyword: 'notify', command: { ...any, argv: [...any.argv, ...words] } satisfies Command }] : []),
  ];
}
