// `garp_group { }` and the blocks of interfaces at the top level: read and checked, not acted upon yet.
// keepalived.conf(5): LINKBEAT INTERFACES, GARP GROUP.

import { notYet, Table, type Value } from './keyword.js';
import { decimalSeconds, list, parseInterface, text } from './value.js';

const DAY = 86_400;
const pause = decimalSeconds({ from: 0, to: DAY, decimals: 6 });
const BACK_TO_BACK = 'gratuitous ARPs are sent back to back; said at the block';

/** A line an interface; the words behind it are not looked at. */
const interfaces = (form: string): Value<string[]> =>
  list({
    form,
    isEntry: ([first]) => first !== undefined,
    read: (entry, report) => parseInterface(entry.keyword, report),
  });

export const garpGroupTable = new Table('garp_group', {
  garp_interval: notYet(BACK_TO_BACK, { value: pause, silent: true }),
  gna_interval: notYet(BACK_TO_BACK, { value: pause, silent: true }),
  interface: notYet(BACK_TO_BACK, { value: text('name of an interface'), silent: true }),
  interfaces: notYet(BACK_TO_BACK, { value: interfaces('an interface a line'), silent: true }),
});

/** `IF [mii|ethtool|ioctl]` */
export const linkbeatList = interfaces('`INTERFACE [mii|ethtool|ioctl]` a line');
