// Which notify scripts an event means, and in which order: the one of the new state, then `notify` with its four words.
// keepalived.conf(5): notify_master and its sisters. It starts nothing.

import type { Command, NotifyScripts } from '../config/model.js';
import type { Event } from '../vrrp/event.js';

/** A command together with the keyword that names it in the file. */
export interface NotifyCommand {
  readonly keyword: string;
  readonly command: Command;
}

const SPECIFIC: Readonly<Partial<Record<Event['state'], keyof NotifyScripts>>> = {
  MASTER: 'master',
  BACKUP: 'backup',
  FAULT: 'fault',
  STOP: 'stop',
};

/** The commands that are to run for this event, in their order. */
export function notifyCommands(event: Event, scripts: NotifyScripts): NotifyCommand[] {
  const { subject, name, priority } = event;
  // keepalived says FAULT for an instance that a reload removed.
  const state = event.state === 'DELETED' ? 'FAULT' : event.state;
  const keyword = SPECIFIC[state];
  const specific = keyword && scripts[keyword];
  const { any } = scripts;
  const words = [subject, name, state, String(priority)];
  return [
    ...(specific ? [{ keyword: `notify_${keyword}`, command: specific }] : []),
    ...(any ? [{ keyword: 'notify', command: { ...any, argv: [...any.argv, ...words] } satisfies Command }] : []),
  ];
}
