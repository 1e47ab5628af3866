// A network interface of a simulated host as its kernel has it: addresses, cable, and answers to ARP requests and probes.
// What it hears goes on to the host; it knows no VRRP. RFC 826, RFC 5227.

import { formatPrefix, macFromOctets, type IpAddress, type MacAddress, type Prefix } from '../address.js';
import { decodeArp, encodeArp, encodeGratuitousArp, type Arp, type ArpEnd } from '../packet/arp.js';
import { encodeAdvertFrame } from '../packet/advert-frame.js';
import { BROADCAST_MAC, ETHERNET_HEADER_LENGTH, ETHERTYPE } from '../packet/ethernet.js';
import type { Ipv4Header } from '../packet/ipv4.js';
import type { Advert } from '../packet/vrrp.js';
import type { Link } from '../vrrp/input.js';
import type { Port, Segment } from './segment.js';

const MTU = 1500;
const ARP_REPLY = 2;
const ARP_REQUEST = 1;
/** Who asks so has no address of its own yet, or wants nobody to learn it: a probe. RFC 5227 § 1.1. */
const NOBODY = '0.0.0.0' as IpAddress;
/** RFC 1112 § 6.4: the low bit of the first octet. */
const isGroup = (frame: Uint8Array): boolean => ((frame[0] ?? 0) & 1) === 1;
const etherTypeOf = (frame: Uint8Array): number => ((frame[12] ?? 0) << 8) | (frame[13] ?? 0);

export interface InterfacePlan {
  readonly name: string;
  readonly segment: string;
  readonly mac: MacAddress;
  /** Its own addresses; virtual ones come and go. */
  readonly addresses: readonly Prefix[];
}

/** What the interface needs of its host. */
export interface Listener {
  readonly name: string;
  /** False while the machine is off or stands still: nobody answers. */
  readonly answers: boolean;
  /** An IP packet came in. */
  packetArrived(interfaceName: string, packet: Uint8Array): void;
  /** Somebody says that an address is his: unasked, or (`isAnswer`) to a probe. */
  claimArrived(interfaceName: string, owner: ArpEnd, isAnswer: boolean): void;
}

export class NetworkInterface implements Port {
  /** The cable is plugged. */
  up = true;
  /** Addresses that the daemon, or somebody, has added. */
  #added: Prefix[] = [];

  constructor(
    readonly plan: InterfacePlan,
    readonly index: number,
    readonly segment: Segment,
    readonly host: Listener,
  ) {
    segment.attach(this);
  }

  get owner(): string {
    return this.host.name;
  }

  get addresses(): readonly Prefix[] {
    return [...this.plan.addresses, ...this.#added];
  }

  /** As the kernel shows it. */
  get link(): Link {
    return { index: this.index, up: this.up, mac: this.plan.mac, mtu: MTU, addresses: this.addresses };
  }

  has(address: IpAddress): boolean {
    return this.addresses.some((one) => one.address === address);
  }

  /** False when it was there. */
  add(prefix: Prefix): boolean {
    if (this.addresses.some((one) => formatPrefix(one) === formatPrefix(prefix))) return false;
    this.#added.push(prefix);
    return true;
  }

  /** False when it was not there. */
  remove(address: IpAddress): boolean {
    const before = this.#added.length;
    this.#added = this.#added.filter((one) => one.address !== address);
    return this.#added.length < before;
  }

  /** The machine has lost its power: what was added is gone. */
  reset(): void {
    this.#added = [];
  }

  sendAdvert(header: Ipv4Header, advert: Advert): void {
    this.#send(encodeAdvertFrame(this.plan.mac, { header, advert }));
  }

  announce(address: IpAddress): void {
    this.#send(encodeGratuitousArp({ mac: this.plan.mac, address }));
  }

  /** Asks who has the address, without a word about itself. RFC 5227 § 2.1.1. */
  probe(address: IpAddress): void {
    const [sender, target] = [
      { mac: this.plan.mac, address: NOBODY },
      { mac: BROADCAST_MAC, address },
    ];
    this.#send(encodeArp({ operation: ARP_REQUEST, sender, target }));
  }

  receive(frame: Uint8Array): void {
    if (!this.up) return;
    if (etherTypeOf(frame) === ETHERTYPE.arp) this.#receiveArp(frame);
    else if (isGroup(frame)) this.host.packetArrived(this.plan.name, frame.subarray(ETHERNET_HEADER_LENGTH));
  }

  #receiveArp(frame: Uint8Array): void {
    if (!isGroup(frame) && macFromOctets(frame.subarray(0, 6)) !== this.plan.mac) return;
    const arp = decodeArp(frame);
    if (arp.kind !== 'arp') return;
    const { operation, sender, target } = arp;
    const isUnasked = sender.address === target.address;
    const isAnswer = operation === ARP_REPLY && target.address === NOBODY;
    if (sender.address !== NOBODY && (isUnasked || isAnswer)) this.host.claimArrived(this.plan.name, sender, isAnswer);
    if (operation === ARP_REQUEST && !isUnasked) this.#answer(arp);
  }

  /** RFC 826: whoever has the address says so, to a probe too. */
  #answer({ sender: asking, target: { address } }: Arp): void {
    if (!this.host.answers || !this.has(address)) return;
    this.#send(encodeArp({ operation: ARP_REPLY, sender: { mac: this.plan.mac, address }, target: asking }));
  }

  #send(frame: Uint8Array): void {
    if (this.up) this.segment.send(this, frame);
  }
}
