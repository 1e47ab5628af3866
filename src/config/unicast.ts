// `unicast_peer { }` and the other keywords of unicast that are more than a word: how they are written. What follows from
// them is in advertising.ts. keepalived.conf(5): VRRP INSTANCE(S).

import type { IpAddress } from '../address.js';
import { named, type Report, type Span } from './diagnostic.js';
import type { Value } from './keyword.js';
import type { UnicastPeer } from './model.js';
import type { Statement } from './tree.js';
import { hostWord, list, reportExtraWords, reportMissingValue } from './value.js';
import { numberWord, put, Words } from './words.js';

/** A peer before the family of its instance is known. */
export interface PeerEntry {
  readonly peer: UnicastPeer;
  readonly span: Span;
}

/** `ADDRESS [min_ttl N] [max_ttl N]` */
export const unicastPeers: Value<PeerEntry[]> = list({
  form: '`ADDRESS [min_ttl N] [max_ttl N]` a line',
  isEntry: ([first]) => /^[0-9.]|:/.test(first?.text ?? ''),
  read: readPeer,
});

type Draft = { -readonly [Name in keyof UnicastPeer]?: UnicastPeer[Name] };

function readPeer({ keyword, args }: Statement, report: Report): PeerEntry | undefined {
  const address = hostWord(keyword, report);
  const words = new Words(args, report);
  const draft: Draft = {};
  for (let word = words.next(); word !== undefined; word = words.next())
    if (word.text === 'min_ttl') put(draft, 'minTtl', words.value(word, '0 to 255', numberWord(0, 255)));
    else if (word.text === 'max_ttl') put(draft, 'maxTtl', words.value(word, '0 to 255', numberWord(0, 255)));
    else report.error('unknown-option', word.span, `${named(word.text)} is not an option of a unicast peer`);
  const { minTtl = 0, maxTtl = 255 } = draft;
  if (minTtl > maxTtl) {
    const words = `min_ttl ${minTtl} is over max_ttl ${maxTtl}: nothing that comes from there would count`;
    report.error('out-of-range', keyword.span, words);
  }
  return address && { peer: { address, ...draft }, span: keyword.span };
}

/** `ADDRESS [track_src_ip]` */
export const sourceAddress: Value<{ readonly address: IpAddress; readonly isTracked: boolean }> = {
  form: 'address [`track_src_ip`]',
  read(statement, report) {
    const [word, option] = statement.args;
    reportExtraWords(statement, { from: 2, report });
    if (word === undefined) {
      reportMissingValue(statement, { form: 'an address', report });
      return undefined;
    }
    if (option !== undefined && option.text !== 'track_src_ip')
      report.error('unknown-option', option.span, `${named(option.text)} is not track_src_ip`);
    const address = hostWord(word, report);
    return address && { address, isTracked: option !== undefined };
  },
};

/** `[never]` */
export const oldChecksum: Value<'always' | 'never'> = {
  form: '[`never`]',
  read(statement, report) {
    const [word] = statement.args;
    reportExtraWords(statement, { from: 1, report });
    if (word === undefined) return 'always';
    if (word.text === 'never') return 'never';
    report.error('bad-value', word.span, `${named(word.text)} is not never`);
    return undefined;
  },
};
