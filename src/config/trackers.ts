// What an instance or a group may watch beside check scripts: `track_interface`, `track_file`, `track_process`, `track_bfd`
// and the blocks that they name. Read and checked, not acted upon yet. keepalived.conf(5): TRACKED FILES, TRACK PROCESS.

import type { Report } from './diagnostic.js';
import { notYet, Table, type Value } from './keyword.js';
import type { Statement } from './tree.js';
import {
  choice,
  decimalSeconds,
  flag,
  integer,
  list,
  parseInteger,
  parseInterface,
  several,
  anyWord,
  text,
} from './value.js';

const UNTRACKED = 'it is not tracked';
const DAY = 86_400;

/** NAME [weight N [reverse|noreverse]] */
function entries(
  form: string,
  weight: { from: number; to: number },
  check: (entry: Statement, report: Report) => void,
): Value<Statement[]> {
  return list({
    form,
    isEntry: ([, second]) => second === undefined || second.text === 'weight',
    read(entry, report) {
      check(entry, report);
      const [option, number, direction] = entry.args;
      if (option?.text === 'weight' && number === undefined)
        report.error('missing-value', option.span, `weight needs a value: ${weight.from} to ${weight.to}`);
      if (option?.text === 'weight' && number !== undefined) parseInteger(number, { ...weight, report });
      const odd = option !== undefined && option.text !== 'weight' ? option : direction;
      if (odd !== undefined && odd.text !== 'reverse' && odd.text !== 'noreverse')
        report.error('unknown-option', odd.span, `"${odd.text}" is not an option of a tracked object`);
      return entry;
    },
  });
}

const nothing = (): void => undefined;
const usual = { from: -253, to: 253 };
export const trackInterfaceList = entries('`INTERFACE [weight N [reverse]]` a line', usual, (entry, report) => {
  parseInterface(entry.keyword, report);
});
export const trackFileList = entries('`NAME [weight N [reverse]]` a line', { from: -254, to: 254 }, nothing);
export const trackProcessList = entries('`NAME [weight N [reverse]]` a line', { from: -254, to: 254 }, nothing);
export const trackBfdList = entries('`NAME [weight N [reverse]]` a line', usual, nothing);

export const trackFileTable = new Table('track_file', {
  file: notYet(UNTRACKED, { value: text('path'), silent: true }),
  weight: notYet(UNTRACKED, {
    value: several('-254 to 254, then optionally `reverse`', 1, weightWord, anyWord),
    silent: true,
  }),
  init_file: notYet(UNTRACKED, { value: several('[value] [`overwrite`]', 0, anyWord, anyWord), silent: true }),
});

export const trackProcessTable = new Table('vrrp_track_process', {
  process: notYet(UNTRACKED, { silent: true }),
  param_match: notYet(UNTRACKED, { value: choice('initial', 'partial', 'exact'), silent: true }),
  weight: notYet(UNTRACKED, {
    value: several('-254 to 254, then optionally `reverse`', 1, weightWord, anyWord),
    silent: true,
  }),
  quorum: notYet(UNTRACKED, { value: integer({ from: 1, to: 65_535 }), silent: true }),
  quorum_max: notYet(UNTRACKED, { value: integer({ from: 0, to: 65_535 }), silent: true }),
  delay: notYet(UNTRACKED, { value: decimalSeconds({ from: 0, to: DAY, decimals: 6 }), silent: true }),
  fork_delay: notYet(UNTRACKED, { value: decimalSeconds({ from: 0, to: DAY, decimals: 6 }), silent: true }),
  terminate_delay: notYet(UNTRACKED, { value: decimalSeconds({ from: 0, to: DAY, decimals: 6 }), silent: true }),
  full_command: notYet(UNTRACKED, { value: flag, silent: true }),
});

function weightWord(word: Parameters<typeof parseInteger>[0], report: Report): string | undefined {
  return parseInteger(word, { from: -254, to: 254, report }) === undefined ? undefined : word.text;
}
