// `garp_group { }` and the blocks of interfaces at the top level: read and checked, not acted upon yet.
// keepalived.conf(5): INTERFACE UP/DOWN DELAYS, LINKBEAT INTERFACES, GARP GROUP.

import { notYet, Table, type Value } from './keyword.js';
import { decimalSeconds, list, parseInterface, text, type Parse } from './value.js';
import type { Statement } from './tree.js';
import type { Report } from './diagnostic.js';

const DAY = 86_400;
const pause = decimalSeconds({ from: 0, to: DAY, decimals: 6 });
const BACK_TO_BACK = 'gratuitous ARPs are sent back to back; said at the block';

/** A line an interface, with words behind it that are read by their own rule. */
const interfaces = (form: string, rest: (entry: Statement, report: Report) => void): Value<string[]> =>
  list({
    form,
    isEntry: ([first]) => first !== undefined,
    read: (entry, report) => {
      rest(entry, report);
      return parseInterface(entry.keyword, report);
    },
  });

export const garpGroupTable = new Table('garp_group', {
  garp_interval: notYet(BACK_TO_BACK, { value: pause, silent: true }),
  gna_interval: notYet(BACK_TO_BACK, { value: pause, silent: true }),
  interface: notYet(BACK_TO_BACK, { value: text('name of an interface'), silent: true }),
  interfaces: notYet(BACK_TO_BACK, { value: interfaces('an interface a line', () => undefined), silent: true }),
});

/** `IF down_delay [up_delay]`, in seconds. */
export const delayList = interfaces('`INTERFACE DOWN_DELAY [UP_DELAY]` a line', ({ keyword, args }, report) => {
  if (args.length === 0) report.error('missing-value', keyword.span, `${keyword.text} needs a delay in seconds`);
  for (const word of args.slice(0, 2)) checkSeconds(word, report);
});

const checkSeconds: Parse<true> = (word, report) => {
  if (/^\d+(\.\d*)?$/.test(word.text)) return true;
  report.error('bad-number', word.span, `"${word.text}" is not a number of seconds`);
  return undefined;
};

/** `IF [mii|ethtool|ioctl]` */
export const linkbeatList = interfaces('`INTERFACE [mii|ethtool|ioctl]` a line', () => undefined);
