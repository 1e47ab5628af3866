// `track_file NAME { }`: a file with a number in it that changes priorities, the switch for maintenance of many hosts.
// keepalived.conf(5): TRACKED FILES. It reads no such file itself.

import type { Report } from './diagnostic.js';
import { actedUpon, placesOf, Table, type Value } from './keyword.js';
import type { TrackFile } from './model.js';
import type { Trackable } from './track.js';
import type { Statement } from './tree.js';
import { parseInteger, reportExtraWords, text } from './value.js';
import { weightOf, weightUpTo } from './weight.js';

const MOST = 2 ** 31 - 1;

/** `init_file [VALUE] [overwrite]` */
const initFile: Value<NonNullable<TrackFile['initFile']>> = {
  form: '[number] [`overwrite`]',
  read(statement, report) {
    const { args } = statement;
    const numbers = args[0] === undefined || args[0].text === 'overwrite' ? [] : args.slice(0, 1);
    const overwrite = args[numbers.length]?.text === 'overwrite';
    reportExtraWords(statement, { from: numbers.length + (overwrite ? 1 : 0), report });
    const [number] = numbers;
    const value = number === undefined ? 0 : parseInteger(number, { from: -MOST, to: MOST, report });
    return value === undefined ? undefined : { value, overwrite };
  },
};

export const trackFileTable = new Table('track_file', {
  file: actedUpon(text('path'), 'required'),
  weight: actedUpon(weightUpTo(MOST), '1'),
  init_file: actedUpon(initFile, 'not set'),
});

export interface DefinedFile extends Trackable {
  readonly file: TrackFile;
}

export function completeFile(name: string, statement: Statement, report: Report): DefinedFile {
  const owner = statement.keyword.span;
  const written = trackFileTable.read({ statements: statement.block ?? [], owner, report });
  const { weight, reverse, weightSpan } = weightOf(written.weight, 1);
  const init = written.initFile?.value;
  const file: TrackFile = {
    name,
    file: written.file?.value ?? '',
    weight,
    reverse,
    ...(init && { initFile: init }),
    place: owner.place,
    places: placesOf(written),
  };
  return { name, statement, weight, reverse, weightSpan, file };
}
