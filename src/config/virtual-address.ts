// `virtual_ipaddress { }` and `virtual_ipaddress_excluded { }`: an address a line, with the options of ip-address(8).
// Without a length of its network part an address is a /32, as with keepalived.

import { addressFromOctets, addressOctets, familyOf, parseAddress, parsePrefix } from '../address.js';
import type { IpAddress, Prefix } from '../address.js';
import { named, spanOf, type Report, type Span } from './diagnostic.js';
import type { Value } from './keyword.js';
import type { VirtualAddress } from './model.js';
import type { Statement } from './tree.js';
import type { Word } from './tokens.js';
import { list, parseInterface } from './value.js';

/** An address before it is known which interface the instance is on. */
export interface AddressEntry {
  readonly address: Address;
  readonly span: Span;
}
type Address = Omit<VirtualAddress, 'dev'> & { readonly dev?: string };

export const addressList: Value<AddressEntry[]> = list({
  form: '`ADDRESS[/LENGTH] [brd ADDRESS|+|-] [dev INTERFACE] [scope SCOPE] [label LABEL]` a line',
  isEntry: ([first]) => /^[0-9.]|:/.test(first?.text ?? ''),
  read: readEntry,
});

const SCOPES: Readonly<Record<string, number>> = { global: 0, site: 200, link: 253, host: 254, nowhere: 255 };

const OPTIONS: ReadonlySet<string> = new Set(['brd', 'broadcast', 'dev', 'scope', 'label']);
/** Options that are passed over, with how many words belong to each. */
const NOT_YET: ReadonlyMap<string, number> = new Map([
  ...(['peer', 'track_group', 'preferred_lft'] as const).map((option) => [option, 1] as const),
  ...(['home', '-nodad', 'mngtmpaddr', 'noprefixroute', 'autojoin', 'no_track'] as const).map(
    (option) => [option, 0] as const,
  ),
]);

function readEntry({ keyword, args }: Statement, report: Report): AddressEntry | undefined {
  const prefix = readPrefix([keyword, ...args], report);
  if (prefix === undefined) return undefined;
  let address: Address = { prefix, scope: 0, place: keyword.span.place };
  const passedOver: Word[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const option = args[index];
    if (option === undefined) break;
    const skipped = NOT_YET.get(option.text);
    if (skipped !== undefined) {
      passedOver.push(option);
      index += skipped;
      continue;
    }
    if (!OPTIONS.has(option.text)) {
      reportUnknownOption(option, report);
      return undefined;
    }
    index += 1;
    const word = args[index];
    if (word === undefined) report.error('missing-value', option.span, `${option.text} needs a value`);
    else address = { ...address, ...readOption(option.text, { word, prefix, report }) };
  }
  const [first] = passedOver;
  if (first !== undefined) {
    const words = `${passedOver.map(({ text }) => text).join(', ')}: the address is set without it`;
    report.warning('not-yet-supported', first.span, words);
  }
  return { address, span: keyword.span };
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

/** The field that an option of OPTIONS sets. */
function readOption(option: string, value: OptionWord): Partial<Address> {
  const { word, report } = value;
  if (option === 'dev') return field('dev', parseInterface(word, report));
  if (option === 'label') return field('label', readLabel(word, report));
  if (option === 'scope') return field('scope', readScope(word, report));
  return field('broadcast', readBroadcast(value));
}

const field = <Name extends keyof Address>(name: Name, value: Address[Name] | undefined): Partial<Address> =>
  value === undefined ? {} : { [name]: value };

function readLabel(word: Word, report: Report): string | undefined {
  if (word.text.length <= 15) return word.text;
  report.error(
    'bad-value',
    word.span,
    `a label has at most 15 characters, ${named(word.text)} has ${word.text.length}`,
  );
  return undefined;
}

function readScope(word: Word, report: Report): number | undefined {
  const scope = SCOPES[word.text] ?? (/^\d{1,3}$/.test(word.text) ? Number(word.text) : undefined);
  if (scope !== undefined && scope <= 255) return scope;
  report.error('bad-value', word.span, `${named(word.text)} is not one of ${Object.keys(SCOPES).join(', ')}`);
  return undefined;
}

/** `+` sets all bits of the host part, `-` none. */
function readBroadcast({ word, prefix, report }: OptionWord): IpAddress | undefined {
  if (word.text !== '+' && word.text !== '-') {
    const address = parseAddress(word.text);
    if (address !== undefined && familyOf(address) === familyOf(prefix.address)) return address;
    report.error('bad-address', word.span, `${named(word.text)} is neither an IPv4 address nor + nor -`);
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
  if (prefix !== undefined) {
    if (familyOf(prefix.address) === 'ipv4') return prefix;
    report.error('refused', word.span, 'IPv6 is not supported yet');
    return undefined;
  }
  const torn = joinAddress(words);
  const straight = word.text.replace(/[lI]/g, '1').replace(/[oO]/g, '0');
  if (torn !== undefined)
    report.error('bad-address', torn.span, `${named(word.text)} is not an address`, { suggestion: torn.text });
  else if (parsePrefix(straight) !== undefined)
    report.error('bad-address', word.span, `${named(word.text)} is not an address`, { suggestion: straight });
  else if (parseAddress(word.text.split('/')[0] ?? '') !== undefined)
    report.error('out-of-range', word.span, `${named(word.text)}: the length is not from 0 to 32`);
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
