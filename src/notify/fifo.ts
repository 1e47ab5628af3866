// An event as a line for notify_fifo: whoever reads the FIFO sees every event of every instance and group, in order.
// keepalived.conf(5): notify_fifo. It opens nothing.

import type { Event } from '../vrrp/event.js';

/** `INSTANCE "VI_1" MASTER 150`, with its newline. */
export const fifoLine = ({ subject, name, state, priority }: Event): string =>
  `${subject} "${name}" ${state} ${priority}\n`;
