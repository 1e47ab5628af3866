// A host on the lab's network that says what no honest router says: any frame, as often as it is told.

import path from 'node:path';
import { macOctets, type MacAddress } from '../../src/address.js';
import { projectRoot } from './daemon.js';
import { eventually } from './eventually.js';
import type { Host } from './host.js';
import type { Job } from './job.js';

/** Where adverts go on Ethernet: the group 224.0.0.18 (RFC 1112 § 6.4). */
const VRRP_GROUP_MAC = '01:00:5e:00:00:12' as MacAddress;
const ETHERTYPE_IPV4 = [0x08, 0x00];

export class Stranger {
  private constructor(
    private readonly host: Host,
    private readonly injector: Job,
  ) {}

  static async on(host: Host): Promise<Stranger> {
    const ifindex = (await host.namespace.read(`/sys/class/net/${host.interface}/ifindex`)).trim();
    const program = path.join(projectRoot(), 'dist/injector.js');
    const injector = host.namespace.start([process.execPath, program, ifindex]);
    await eventually('the injector is ready', () => injector.log.includes('ready'));
    return new Stranger(host, injector);
  }

  /** Sends an IPv4 packet, whatever its octets say, to the group of VRRP. */
  say(packet: Uint8Array): void {
    const header = [...macOctets(VRRP_GROUP_MAC), ...macOctets(this.host.mac), ...ETHERTYPE_IPV4];
    this.send(Buffer.from([...header, ...packet]));
  }

  /** Sends an Ethernet frame as it is. */
  send(frame: Uint8Array): void {
    this.injector.tell(Buffer.from(frame).toString('hex'));
  }
}
