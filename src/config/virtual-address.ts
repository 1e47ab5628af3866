// `virtual_ipaddress { }` and `virtual_ipaddress_excluded { }`: an address a line, with the options of ip-address(8).
// Without a length of its network part an address is a /32, as with keepalived.

import { addressFromOctets, addressOctets, familyOf, parseAddress, parsePrefix } from '../address.js';
import type { IpAddress, Prefix } from '../address.js';
import { named, spanOf, type Report, type Span } from './diagnostic.js';
import type { Value } from './keyword.js';
import type { AddressFlag, VirtualAddress } from './model.js';
import type { Statement } from './tree.js';
import type { Word } from './tokens.js';
import { list, parseInterface } from './value.js';
import { numberWord, put, scopeWord, Words } from './words.js';

/** An address before it is known which interface the instance is on. */
export interface AddressEntry {
  readonly address: Address;
  readonly span: Span;
}
type Address = Omit<VirtualAddress, 'dev'> & { readonly dev?: string };

const FORM =
  '`ADDRESS[/LENGTH] [brd ADDRESS|+|-] [dev INTERFACE] [scope SCOPE] [label LABEL] [peer ADDRESS[/LENGTH]] ' +
  '[preferred_lft SECONDS|forever] [home] [-nodad] [mngtmpaddr] [noprefixroute] [autojoin] [no_track]` a line';
const isEntry = ([first]: readonly Word[]): boolean => /^[0-9.]|:/.test(first?.text ?? '');

export const addressList: Value<AddressEntry[]> = list({ form: FORM, isEntry, read: readEntry });

const FLAGS: ReadonlyMap<string, AddressFlag> = new Map([
  ['home', 'home'],
  ['-nodad', 'dad'],
  ['mngtmpaddr', 'mngtmpaddr'],
  ['noprefixroute', 'noprefixroute'],
  ['autojoin', 'autojoin'],
]);

type Draft = { -readonly [Name in keyof Address]?: Address[Name] };

function readEntry({ keyword, args }: Statement, report: Report): AddressEntry | undefined {
  const prefix = readPrefix([keyword, ...args], report);
  if (prefix === undefined) return undefined;
  const words = new Words(args, report);
  const draft: Draft = {};
  for (let word = words.next(); word !== undefined; word = words.next())
    if (!readOption(draft, { word, words, prefix, report })) return undefined;
  const { scope = 0, ...rest } = draft;
  return { address: { prefix, scope, ...rest, place: keyword.span.place }, span: keyword.span };
}

/** False when the address can't be used for it; a value that can't be read is left out and reported. */
function readOption(
  draft: Draft,
  { word, words, prefix, report }: { word: Word; words: Words; prefix: Prefix; report: Report },
): boolean {
  const flag = FLAGS.get(word.text);
  if (flag !== undefined) draft.flags = [...(draft.flags ?? []), flag];
  else if (word.text === 'dev') put(draft, 'dev', words.value(word, 'an interface', parseInterface));
  else if (word.text === 'label') put(draft, 'label', words.value(word, 'a label', readLabel));
  else if (word.text === 'scope') put(draft, 'scope', words.value(word, 'a scope', scopeWord));
  else if (word.text === 'peer')
    put(
      draft,
      'peer',
      words.value(word, 'an address', (one) => readPeer(one, { prefix, report })),
    );
  else if (word.text === 'preferred_lft')
    put(draft, 'preferredLft', words.value(word, 'seconds, or forever', readLifetime));
  else if (word.text === 'brd' || word.text === 'broadcast')
    put(
      draft,
      'broadcast',
      words.value(word, 'an address, + or -', (one) => readBroadcast({ word: one, prefix, report })),
    );
  else if (word.text === 'no_track') draft.noTrack = true;
  else if (word.text === 'track_group') {
    words.next();
    report.warning('not-yet-supported', word.span, 'track_group: the address is set without it');
  } else {
    reportUnknownOption(word, report);
    return false;
  }
  return true;
}

function reportUnknownOption(option: Word, report: Report): void {
  if (option.text === 'use_vmac') report.error('refused', option.span, 'use_vmac is not supported yet');
  else {
    const note = parsePrefix(option.text) === undefined ? {} : { note: 'each address needs a line of its own' };
    report.error('unknown-option', option.span, `${named(option.text)} is not an option of an address`, note);
  }
}

interface OptionWord {
  readonly word: Word;
  readonly prefix: Prefix;
  readonly report: Report;
}

function readLabel(word: Word, report: Report): string | undefined {
  if (word.text.length <= 15) return word.text;
  report.error(
    'bad-value',
    word.span,
    `a label has at most 15 characters, ${named(word.text)} has ${word.text.length}`,
  );
  return undefined;
}

function readPeer(word: Word, { prefix, report }: { prefix: Prefix; report: Report }): Prefix | undefined {
  const peer = parsePrefix(word.text);
  if (peer !== undefined && familyOf(peer.address) === familyOf(prefix.address)) return peer;
  report.error('bad-address', word.span, `${named(word.text)} is not an address of the family of ${prefix.address}`);
  return undefined;
}

function readLifetime(word: Word, report: Report): number | 'forever' | undefined {
  return word.text === 'forever' ? 'forever' : numberWord(0, 0xfffffffe)(word, report);
}

/** `+` sets all bits of the host part, `-` none. */
function readBroadcast({ word, prefix, report }: OptionWord): IpAddress | undefined {
  if (word.text !== '+' && word.text !== '-') {
    const address = parseAddress(word.text);
    if (address !== undefined && familyOf(address) === familyOf(prefix.address)) return address;
    report.error(
      'bad-address',
      word.span,
      `${named(word.text)} is neither + nor - nor an address like ${prefix.address}`,
    );
    return undefined;
  }
  if (prefix.length > 30) {
    report.warning('out-of-range', word.span, `a /${prefix.length} has no broadcast address: set without one`);
    return undefined;
  }
  const octets = addressOctets(prefix.address).map((octet, index) => {
    const hostBits = Math.min(8, Math.max(0, (index + 1) * 8 - prefix.length));
    const mask = (1 << hostBits) - 1;
    return word.text === '+' ? octet | mask : octet & ~mask;
  });
  return addressFromOctets(octets);
}

/** The address that the first word is; reported when it is none, with what was probably meant. */
function readPrefix(words: readonly [Word, ...Word[]], report: Report): Prefix | undefined {
  const [word] = words;
  const prefix = parsePrefix(word.text);
  if (prefix !== undefined) return prefix;
  const torn = joinAddress(words);
  const alone = parsePrefix(word.text.split('/')[0] ?? '');
  const straight = word.text.replace(/[lI]/g, '1').replace(/[oO]/g, '0');
  if (torn !== undefined)
    report.error('bad-address', torn.span, `${named(word.text)} is not an address`, { suggestion: torn.text });
  else if (parsePrefix(straight) !== undefined)
    report.error('bad-address', word.span, `${named(word.text)} is not an address`, { suggestion: straight });
  else if (alone !== undefined)
    report.error('out-of-range', word.span, `${named(word.text)}: the length is not from 0 to ${alone.length}`);
  else report.error('bad-address', word.span, `${named(word.text)} is not an address`);
  return undefined;
}

/** An address that was broken by spaces. */
function joinAddress(words: readonly [Word, ...Word[]]): { text: string; span: Span } | undefined {
  let text = '';
  for (const [index, word] of words.slice(0, 10).entries()) {
    text += word.text;
    if (index > 0 && parsePrefix(text) !== undefined) return { text, span: spanOf(words[0].span, word.span) };
  }
  return undefined;
}
