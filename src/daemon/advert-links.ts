// Where adverts go out and come in: the sockets of both families, with what goes through them as values.
// It decides nothing and knows no state. RFC 3768 § 5.2, RFC 5798 § 5.1

import { familyOf, type Family } from '../address.js';
import type { Opening } from '../linux/advert-socket.js';
import { Ipv4AdvertSockets } from '../linux/advert-socket-ipv4.js';
import { Ipv6AdvertSockets } from '../linux/advert-socket-ipv6.js';
import { decodeIpv4Advert, decodeIpv6Advert, encodeIpv4Advert, encodeIpv6Advert } from '../packet/vrrp.js';
import type { Effect } from '../vrrp/effect.js';
import type { Input } from '../vrrp/input.js';

type Asked<Kind extends Effect['kind']> = Extract<Effect, { kind: Kind }>;

export class AdvertLinks {
  readonly #ipv4: Ipv4AdvertSockets;
  readonly #ipv6: Ipv6AdvertSockets;

  /** `onReadable` is called when packets wait for receive(). */
  constructor(onReadable: () => void) {
    this.#ipv4 = new Ipv4AdvertSockets(onReadable);
    this.#ipv6 = new Ipv6AdvertSockets(onReadable);
  }

  /** Throws an Error in words. */
  open({ interface: name, family, groups, receiveBuffer }: Asked<'open-link'>, index: number): void {
    const opening: Opening = { name, index, groups, ...(receiveBuffer !== undefined && { receiveBuffer }) };
    this.#of(family).open(opening);
  }

  close({ interface: name, family }: Asked<'close-link'>): void {
    this.#of(family).close(name);
  }

  /** Throws an Error in words. */
  send({ interface: name, header, advert }: Asked<'send-advert'>): void {
    if (familyOf(header.source) === 'ipv4') this.#ipv4.send(name, encodeIpv4Advert(header, advert));
    else this.#ipv6.send(name, encodeIpv6Advert(header, advert), { ...header, hopLimit: header.ttl });
  }

  /** What is queued, of each family in the order of its arrival. */
  receive(): Input[] {
    const inputs: Input[] = [];
    this.#ipv4.receive((name, octets) =>
      inputs.push({ kind: 'packet', interface: name, packet: decodeIpv4Advert(octets) }),
    );
    this.#ipv6.receive((name, octets, ends) =>
      inputs.push({ kind: 'packet', interface: name, packet: decodeIpv6Advert(octets, ends) }),
    );
    return inputs;
  }

  closeAll(): void {
    this.#ipv4.closeAll();
    this.#ipv6.closeAll();
  }

  #of(family: Family): Ipv4AdvertSockets | Ipv6AdvertSockets {
    return family === 'ipv4' ? this.#ipv4 : this.#ipv6;
  }
}
