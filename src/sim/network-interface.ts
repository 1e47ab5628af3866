// A network interface of a simulated host as its kernel has it: addresses, cable, answers to ARP and neighbour discovery,
// detection of duplicates. What it hears goes on to the host; it knows no VRRP. RFC 826, RFC 5227, RFC 4861, RFC 4862 § 5.4.

import { familyOf, formatPrefix, macFromOctets, type IpAddress, type MacAddress, type Prefix } from '../address.js';
import { decodeArp, encodeArp, encodeGratuitousArp, type Arp, type ArpEnd } from '../packet/arp.js';
import { encodeAdvertFrame } from '../packet/advert-frame.js';
import { BROADCAST_MAC, ETHERNET_HEADER_LENGTH, ETHERTYPE } from '../packet/ethernet.js';
import { decodeAdvertisement, encodeNeighbourProbe, encodeUnsolicitedAdvertisement } from '../packet/ndisc.js';
import type { Advert, AdvertHeader } from '../packet/vrrp.js';
import { decodeSolicitation, encodeAnswer, type Solicitation } from '../packet/solicitation.js';
import { after, seconds } from '../time.js';
import type { Link } from '../vrrp/input.js';
import type { Port, Segment } from './segment.js';

const MTU = 1500;
const ARP_REPLY = 2;
const ARP_REQUEST = 1;
/** Who asks so has no address of its own yet, or wants nobody to learn it: a probe. RFC 5227 § 1.1. */
const NOBODY = '0.0.0.0' as IpAddress;
const NOBODY_IPV6 = '::' as IpAddress;
/** RFC 4862 § 5.1: one probe, and a second for somebody to object. */
const DETECTION_TIME = seconds(1);
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
  /** An address is nobody else's: it can be used from now on. */
  addressPassed(one: NetworkInterface): void;
}

export class NetworkInterface implements Port {
  /** The cable is plugged. */
  up = true;
  /** Addresses that the daemon, or somebody, has added. */
  #added: Prefix[] = [];
  /** Those of which it is not known yet that nobody else has them. */
  readonly #tentative = new Set<Prefix>();

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

  macOf(address: IpAddress): MacAddress | undefined {
    return this.has(address) ? this.plan.mac : undefined;
  }

  /** False when it was there. `isDetected`: only when nobody else turns out to have it, or never. */
  add(prefix: Prefix, { isDetected } = { isDetected: false }): boolean {
    const isSame = (one: Prefix): boolean => formatPrefix(one) === formatPrefix(prefix);
    if (this.addresses.some(isSame) || [...this.#tentative].some(isSame)) return false;
    if (isDetected) this.#detect(prefix);
    else this.#added.push(prefix);
    return true;
  }

  /** False when it was not there. */
  remove(address: IpAddress): boolean {
    const before = this.#added.length;
    this.#added = this.#added.filter((one) => one.address !== address);
    return this.#forget(address) || this.#added.length < before;
  }

  /** The machine has lost its power: what was added is gone. */
  reset(): void {
    this.#added = [];
    this.#tentative.clear();
  }

  /** Where a packet goes: to a group, or to the one who has the address on this segment; there are no routers. */
  hopTo(address: IpAddress): MacAddress | undefined {
    return this.has(address) ? undefined : this.segment.macOf(address);
  }

  sendAdvert(header: AdvertHeader, advert: Advert): void {
    const destination = this.hopTo(header.destination);
    if (destination !== undefined) this.#send(encodeAdvertFrame(this.plan.mac, { header, advert, destination }));
  }

  announce(address: IpAddress): void {
    const own = { mac: this.plan.mac, address };
    this.#send(familyOf(address) === 'ipv4' ? encodeGratuitousArp(own) : encodeUnsolicitedAdvertisement(own));
  }

  /** Asks who has the address, without a word about itself. RFC 5227 § 2.1.1, RFC 4862 § 5.4.2. */
  probe(address: IpAddress): void {
    const { mac } = this.plan;
    if (familyOf(address) === 'ipv6') {
      this.#send(encodeNeighbourProbe({ mac, address }));
      return;
    }
    const target = { mac: BROADCAST_MAC, address };
    this.#send(encodeArp({ operation: ARP_REQUEST, sender: { mac, address: NOBODY }, target }));
  }

  receive(frame: Uint8Array): void {
    const isHeard = isGroup(frame) || macFromOctets(frame.subarray(0, 6)) === this.plan.mac;
    if (!this.up || !isHeard) return;
    if (etherTypeOf(frame) === ETHERTYPE.arp) this.#receiveArp(frame);
    else if (etherTypeOf(frame) === ETHERTYPE.ipv4 || !this.#receiveNeighbour(frame))
      this.host.packetArrived(this.plan.name, frame.subarray(ETHERNET_HEADER_LENGTH));
  }

  #detect(prefix: Prefix): void {
    const { now, later } = this.segment.surroundings;
    this.#tentative.add(prefix);
    this.probe(prefix.address);
    later(after(now(), DETECTION_TIME), () => {
      if (!this.#tentative.delete(prefix)) return;
      this.#added.push(prefix);
      this.host.addressPassed(this);
    });
  }

  /** It is no address of this interface, and is not becoming one any more. */
  #forget(address: IpAddress): boolean {
    const found = [...this.#tentative].find((one) => one.address === address);
    return found !== undefined && this.#tentative.delete(found);
  }

  /** True when it was neighbour discovery. */
  #receiveNeighbour(frame: Uint8Array): boolean {
    const heard = decodeAdvertisement(frame);
    if (heard.kind === 'advertisement') {
      this.#forget(heard.target.address);
      this.host.claimArrived(this.plan.name, heard.target, false);
      return true;
    }
    const solicitation = decodeSolicitation(frame);
    if (solicitation) this.#solicited(solicitation);
    return solicitation !== undefined;
  }

  /** RFC 4861 § 7.2.4; a probe is answered to all, and two who probe for the same address both do without it. */
  #solicited({ source, mac, target }: Solicitation): void {
    if (source === NOBODY_IPV6) this.#forget(target);
    if (!this.host.answers || !this.has(target)) return;
    if (source === NOBODY_IPV6) this.announce(target);
    else this.#send(encodeAnswer({ mac: this.plan.mac, address: target }, { source, mac }));
  }

  #receiveArp(frame: Uint8Array): void {
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
