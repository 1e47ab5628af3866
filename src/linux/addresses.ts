// Puts addresses on interfaces and takes them off: netlink requests, many in a datagram. It keeps no list of them and
// never decides which address is where. rtnetlink(7)

import { FlagsNew } from 'netlink/dist/constants.js';
import { formatAddressMessage, MessageType, type AddressAttrs, type AddressFlags } from 'netlink/dist/rt/structs.js';
import { AttrStream } from 'netlink/dist/structs.js';
import { addressOctets, familyOf, type Family, type Prefix } from '../address.js';
import type { VirtualAddress } from '../config/model.js';
import { refusal, type Refusal } from './native.js';
import type { Netlink, NetlinkRequest } from './netlink.js';

/** An address that the kernel did not add or remove, and why. */
export interface RefusedAddress extends Refusal {
  readonly address: VirtualAddress;
}

/** Called within remove() for each address that has been removed, as the kernel names it. */
export type OnRemoved = (index: number, prefix: Prefix) => void;

/** The kernel's number of an interface; to remove something also of one that has another name since. */
export type IndexOf = (dev: string, purpose: 'add' | 'remove') => number | undefined;

export const AF_INET = 2;
const AF_INET6 = 10;
export const FAMILY_NUMBERS: Record<Family, number> = { ipv4: AF_INET, ipv6: AF_INET6 };
const ENODEV = 19;

export class Addresses {
  readonly #netlink: Pick<Netlink, 'request'>;
  readonly #indexOf: IndexOf;
  /** What add() asks for, made once. */
  readonly #additions = new WeakMap<VirtualAddress, { readonly index: number; readonly request: NetlinkRequest }>();

  readonly #onRemoved: OnRemoved;

  constructor(netlink: Pick<Netlink, 'request'>, indexOf: IndexOf, onRemoved: OnRemoved = () => undefined) {
    this.#netlink = netlink;
    this.#indexOf = indexOf;
    this.#onRemoved = onRemoved;
  }

  /** Makes the requests of add() before it is in a hurry, for interfaces that are there: half of its time. */
  prepare(addresses: readonly VirtualAddress[]): void {
    for (const address of addresses) {
      const index = this.#indexOf(address.dev, 'add');
      if (index !== undefined) this.#addition(address, index);
    }
  }

  /** Adds all of them; one that is there already is fine. About 10 µs an address. */
  add(addresses: readonly VirtualAddress[]): RefusedAddress[] {
    return this.#request(addresses, { purpose: 'add', fine: 'EEXIST' }, (address, index) =>
      this.#addition(address, index),
    );
  }

  /** Removes all of them, whatever their label and scope; one that is not there, or whose interface is gone, is fine. */
  remove(addresses: readonly VirtualAddress[]): RefusedAddress[] {
    return this.#request(addresses, { purpose: 'remove', fine: 'EADDRNOTAVAIL' }, (address, index) => ({
      type: MessageType.DELADDR,
      flags: 0,
      body: bodyOf(address, index, {}),
    })).filter(({ code }) => code !== 'ENODEV');
  }

  #addition(address: VirtualAddress, index: number): NetlinkRequest {
    const made = this.#additions.get(address);
    if (made?.index === index) return made.request;
    const body = bodyOf(address, index, {
      ...(address.broadcast !== undefined && { broadcast: Buffer.from(addressOctets(address.broadcast)) }),
      ...(address.label !== undefined && { label: address.label }),
      ...lifetimeOf(address),
      flags: flagsOf(address),
    });
    const flags = FlagsNew.CREATE | FlagsNew.EXCL;
    const request = { type: MessageType.NEWADDR, flags, body: [Buffer.concat(body)] };
    this.#additions.set(address, { index, request });
    return request;
  }

  #request(
    addresses: readonly VirtualAddress[],
    { purpose, fine }: { purpose: 'add' | 'remove'; fine: string },
    requestOf: (address: VirtualAddress, index: number) => NetlinkRequest,
  ): RefusedAddress[] {
    const refused: RefusedAddress[] = [];
    const asked: { readonly address: VirtualAddress; readonly index: number }[] = [];
    const requests: NetlinkRequest[] = [];
    for (const address of addresses) {
      const index = this.#indexOf(address.dev, purpose);
      if (index === undefined) {
        refused.push({ address, ...refusal(ENODEV) });
        continue;
      }
      asked.push({ address, index });
      requests.push(requestOf(address, index));
    }
    const outcomes = this.#netlink.request(requests);
    for (const [position, { address, index }] of asked.entries()) {
      const outcome = outcomes[position];
      if (outcome !== undefined && outcome.code !== fine) refused.push({ address, ...outcome });
      if (outcome === undefined && purpose === 'remove') this.#onRemoved(index, kernelPrefix(address));
    }
    return refused;
  }
}

const FOREVER = 0xffffffff;

/** keepalived's way: an IPv6 address is not probed for duplicates, and a /128 is never chosen as a source. */
function flagsOf({ prefix, flags = [] }: VirtualAddress): AddressFlags {
  const probed = familyOf(prefix.address) === 'ipv4' || flags.includes('dad');
  return {
    ...(!probed && { nodad: true }),
    ...(flags.includes('home') && { homeaddress: true }),
    ...(flags.includes('mngtmpaddr') && { managetempaddr: true }),
    ...(flags.includes('noprefixroute') && { noprefixroute: true }),
    ...(flags.includes('autojoin') && { mcautojoin: true }),
  };
}

function lifetimeOf({ prefix, preferredLft }: VirtualAddress): Pick<AddressAttrs, 'cacheInfo'> {
  const usual = familyOf(prefix.address) === 'ipv6' && prefix.length === 128 ? 0 : undefined;
  const preferred = preferredLft === 'forever' ? FOREVER : (preferredLft ?? usual);
  return preferred === undefined ? {} : { cacheInfo: { ifaPrefered: preferred, ifaValid: FOREVER } };
}

/** Of a point-to-point link the length belongs to the other end. */
const kernelPrefix = ({ prefix, peer }: VirtualAddress): Prefix => ({ ...prefix, length: (peer ?? prefix).length });

function bodyOf(address: VirtualAddress, index: number, attrs: AddressAttrs): Uint8Array[] {
  const { prefix, scope, peer } = address;
  const octets = Buffer.from(addressOctets(prefix.address));
  const family = FAMILY_NUMBERS[familyOf(prefix.address)];
  const far = peer === undefined ? octets : Buffer.from(addressOctets(peer.address));
  const out = new AttrStream();
  formatAddressMessage(
    {
      kind: 'address',
      data: { family, prefixlen: kernelPrefix(address).length, scope, index },
      attrs: { local: octets, address: far, ...attrs },
    },
    out,
  );
  return out.bufs;
}
