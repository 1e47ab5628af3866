// `garp_group { }` and the blocks of interfaces at the top level: read and checked; of them, the delays are acted upon.
// keepalived.conf(5): INTERFACE UP/DOWN DELAYS, LINKBEAT INTERFACES, GARP GROUP.

import { notYet, Table, type Value } from './keyword.js';
import type { InterfaceDelay } from './model.js';
import { decimalSeconds, list, parseInterface, parseSeconds, text } from './value.js';

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

const MOST_SECONDS = 255;

/** `IF down_delay [up_delay]`, in seconds; the second is by default the first. */
export const delayList: Value<InterfaceDelay[]> = list({
  form: '`INTERFACE DOWN_DELAY [UP_DELAY]` a line',
  isEntry: ([first]) => first !== undefined,
  read({ keyword, args }, report) {
    const name = parseInterface(keyword, report);
    const [first, second] = args;
    if (first === undefined) report.error('missing-value', keyword.span, `${keyword.text} needs a delay in seconds`);
    const down = first && parseSeconds(first, { from: 0, to: MOST_SECONDS, decimals: 6, report });
    const up = second === undefined ? down : parseSeconds(second, { from: 0, to: MOST_SECONDS, decimals: 6, report });
    return name === undefined || down === undefined || up === undefined ? undefined : { interface: name, down, up };
  },
});

/** `IF [mii|ethtool|ioctl]` */
export const linkbeatList = interfaces('`INTERFACE [mii|ethtool|ioctl]` a line');
