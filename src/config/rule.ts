// `virtual_rules { }` and `static_rules { }`: a line a rule, in the words of ip-rule(8). A rule of which a word is not known
// here is left out as a whole, with a warning.

import { familyOf } from '../address.js';
import { named, type Report } from './diagnostic.js';
import type { Value } from './keyword.js';
import type { Rule } from './model.js';
import { destinationWord } from './route.js';
import type { Statement } from './tree.js';
import type { Word } from './tokens.js';
import { list, parseInterface } from './value.js';
import { numberWord, put, readOptions, tableWord, Words } from './words.js';

export const ruleList: Value<Rule[]> = list({
  form: '`[not] [from PREFIX] [to PREFIX] [iif INTERFACE] [oif INTERFACE] [fwmark MARK[/MASK]] [tos N] [priority N] lookup TABLE|goto N|nop|blackhole|unreachable|prohibit` a line',
  isEntry: ([first]) => OPTIONS.includes(first?.text ?? ''),
  read: readRule,
});

const ACTIONS = ['nop', 'blackhole', 'unreachable', 'prohibit'] as const;
const isAction = (text: string): text is (typeof ACTIONS)[number] => ACTIONS.some((action) => action === text);
const OPTIONS: readonly string[] = [
  ...['not', 'inet', 'inet6', 'from', 'to', 'iif', 'dev', 'oif', 'table', 'lookup', 'priority', 'preference', 'order'],
  ...['tos', 'dsfield', 'fwmark', 'suppress_prefixlength', 'goto', 'no_track', ...ACTIONS],
];
/** Words that belong to rules and are not carried out. */
const RARE = [
  ...['uidrange', 'l3mdev', 'ipproto', 'sport', 'dport', 'suppress_ifgroup', 'realms', 'tun_id', 'protocol', 'type'],
  'track_group',
];

type Draft = { -readonly [Name in keyof Rule]?: Rule[Name] };

function readRule({ keyword, args }: Statement, report: Report): Rule | undefined {
  const words = new Words([keyword, ...args], report);
  const draft: Draft = {};
  const readOne = (word: Word): boolean => readOption(draft, { word, words, report });
  return readOptions(words, { rare: RARE, what: 'rule', readOne }) ? complete(draft, keyword, report) : undefined;
}

/** False when the rule can't be read. */
function readOption(draft: Draft, { word, words, report }: { word: Word; words: Words; report: Report }): boolean {
  if (isAction(word.text)) return put(draft, 'action', { kind: word.text });
  switch (word.text) {
    case 'not':
      return put(draft, 'not', true);
    case 'inet':
    case 'inet6':
      return put(draft, 'family', word.text === 'inet' ? 'ipv4' : 'ipv6');
    case 'from':
    case 'to':
      return put(draft, word.text, words.value(word, 'a prefix', destinationWord));
    case 'iif':
    case 'dev':
      return put(draft, 'iif', words.value(word, 'an interface', parseInterface));
    case 'oif':
      return put(draft, 'oif', words.value(word, 'an interface', parseInterface));
    case 'table':
    case 'lookup': {
      const table = words.value(word, 'a table', tableWord);
      return put(draft, 'action', table === undefined ? undefined : { kind: 'lookup', table });
    }
    case 'goto': {
      const priority = words.value(word, 'a number', numberWord(0, 0xffffffff));
      return put(draft, 'action', priority === undefined ? undefined : { kind: 'goto', priority });
    }
    case 'priority':
    case 'preference':
    case 'order':
      return put(draft, 'priority', words.value(word, 'a number', numberWord(0, 0xffffffff)));
    case 'tos':
    case 'dsfield':
      return put(draft, 'tos', words.value(word, 'a number', numberWord(0, 255)));
    case 'fwmark':
      return put(draft, 'fwmark', words.value(word, 'a mark', markWord));
    case 'suppress_prefixlength':
      return put(draft, 'suppressPrefixlength', words.value(word, 'a length', numberWord(0, 128)));
    case 'no_track':
      return put(draft, 'noTrack', true);
    default:
      report.error('unknown-option', word.span, `${named(word.text)} is not an option of a rule`);
      return false;
  }
}

function complete({ action, family, from, to, ...rest }: Draft, keyword: Word, report: Report): Rule | undefined {
  if (action === undefined) {
    report.error('missing-value', keyword.span, 'a rule needs lookup TABLE, or an action like blackhole');
    return undefined;
  }
  // Everything is not worth saying, and has no family of its own.
  const [source, destination] = [from, to].map((prefix) => (prefix?.length === 0 ? undefined : prefix));
  const families = [source, destination].flatMap((prefix) => (prefix === undefined ? [] : [familyOf(prefix.address)]));
  const [found = family ?? 'ipv4'] = families;
  if (families.some((one) => one !== found) || (family ?? found) !== found) {
    report.error('bad-address', keyword.span, 'the addresses of the rule are not of one family');
    return undefined;
  }
  return {
    kind: 'rule',
    family: found,
    ...(source && { from: source }),
    ...(destination && { to: destination }),
    ...rest,
    action,
    place: keyword.span.place,
  };
}

/** MARK or MARK/MASK, in decimal or hexadecimal. */
function markWord(word: Word, report: Report): Rule['fwmark'] {
  const [mark = '', mask] = word.text.split('/');
  const parse = numberWord(0, 0xffffffff);
  const value = parse(word.withText(mark), report);
  const bits = mask === undefined ? undefined : parse(word.withText(mask), report);
  if (value === undefined || (mask !== undefined && bits === undefined)) return undefined;
  return { mark: value, ...(bits !== undefined && { mask: bits }) };
}
