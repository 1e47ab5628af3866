// What an instance or a group may watch beside check scripts: `track_interface`, `track_file`, `track_process`, `track_bfd`
// and the blocks that they name. Read and checked, not acted upon yet. keepalived.conf(5): TRACKED FILES, TRACK PROCESS.

import type { CompletedInstance } from './complete.js';
import type { Report } from './diagnostic.js';
import { notYet, Table, type Value } from './keyword.js';
import { nearest } from './spelling.js';
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

const KINDS = { trackFile: trackFileTable, trackProcess: trackProcessTable } as const;
/** What a block can't do without. */
const NEEDED = { trackFile: 'file', trackProcess: 'process' } as const;

/** The blocks themselves, and that what an instance tracks is there. */
export function checkTrackers(
  defined: Readonly<Record<keyof typeof KINDS, ReadonlyMap<string, Statement>>>,
  { instances, report }: { instances: readonly CompletedInstance[]; report: Report },
): void {
  for (const kind of ['trackFile', 'trackProcess'] as const) {
    const { block: title } = KINDS[kind];
    for (const { keyword, block = [] } of defined[kind].values()) {
      const draft: object = KINDS[kind].read({ statements: block, report });
      if (!(NEEDED[kind] in draft))
        report.error('missing-keyword', keyword.span, `this ${title} has no ${NEEDED[kind]}`);
    }
    for (const { keyword } of instances.flatMap(({ written }) => written[kind]?.value ?? [])) {
      if (defined[kind].has(keyword.text)) continue;
      const suggestion = nearest(keyword.text, defined[kind].keys());
      const words = `no ${title} is called "${keyword.text}"`;
      report.warning('unknown-tracker', keyword.span, words, suggestion === undefined ? {} : { suggestion });
    }
  }
}
