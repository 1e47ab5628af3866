// Colours for severities: on a terminal only, and not where the operator asked for none (NO_COLOR). They never carry the
// meaning alone.

import type { Paint } from '../config/diagnostic.js';

const COLOURS = { error: 31, warning: 33, hint: 36 } as const;

export const paint: Paint = (severity, text) =>
  process.stdout.isTTY && (process.env.NO_COLOR ?? '') === '' ? `\x1b[1;${COLOURS[severity]}m${text}\x1b[0m` : text;
