// What a host put on the wire: tcpdump at its port of the switch writes a capture; it is read back by our own codec and,
// as a second witness that shares no line with it, by tshark.

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { decodeAdvertPacket } from '../../src/packet/advert-frame.js';
import type { ReceivedAdvert } from '../../src/packet/vrrp.js';
import { instant, type Instant } from '../../src/time.js';
import { ETHERTYPE_IPV4, ETHERTYPE_IPV6, readPcap, type Frame } from '../pcap.js';
import { eventually } from './eventually.js';
import type { Job } from './job.js';
import type { Namespace } from './namespace.js';
import { recording, type Filter } from './sniffer.js';

/** An advert on the wire, or what our codec has against it. */
export interface SeenAdvert {
  readonly at: Instant;
  readonly received: ReceivedAdvert;
}

/** One VRRP packet as tshark reads it. */
export interface TsharkVerdict {
  /** Microseconds since 1970. */
  readonly at: Instant;
  readonly version: number;
  readonly priority: number;
  /** Each checksum is good, and it has no remark on it. */
  readonly valid: boolean;
  /** All that tshark says of it, for the test's message. */
  readonly line: string;
}

/** A checksum; a header of IPv6 has none. */
const GOOD = '1';
const FIELDS = [
  'frame.time_epoch',
  'vrrp.version',
  'vrrp.prio',
  '_ws.malformed',
  '_ws.expert.message',
  'vrrp.checksum.status',
  'ip.checksum.status',
];

/** Where an IP header has it; the first octet of a packet is never 112. */
const PROTOCOL_AT: Readonly<Record<number, number>> = { [ETHERTYPE_IPV4]: 9, [ETHERTYPE_IPV6]: 6 };

let number = 0;

export class Capture {
  private constructor(
    private readonly sniffer: Job,
    /** The capture file as this program sees it; it goes away with the lab. */
    readonly path: string,
  ) {}

  /** Ready to record when it returns. `-Q in` of a port is what its host sends. */
  static async start(at: Namespace, { port, filter }: { port: string; filter: Filter }): Promise<Capture> {
    const file = `/run/capture-${(number += 1)}.pcap`;
    const sniffer = at.start(recording(port, filter, file));
    await eventually('the capture listens', () => sniffer.log.some((line) => line.includes('listening on')));
    return new Capture(sniffer, at.outside(file));
  }

  /** Ends the recording; what was seen up to now is in the file. */
  async stop(): Promise<void> {
    await this.sniffer.stop();
  }

  async frames(): Promise<Frame[]> {
    return readPcap(await readFile(this.path));
  }

  /** Every IP packet of protocol 112, in order. */
  async adverts(): Promise<SeenAdvert[]> {
    const packets = (await this.frames()).filter(
      ({ etherType, payload }) => payload[PROTOCOL_AT[etherType] ?? 0] === 112,
    );
    return packets.map(({ at, payload }) => ({ at, received: decodeAdvertPacket(payload) }));
  }

  /** tshark's verdict on every packet of protocol 112, in order. */
  async tshark(): Promise<TsharkVerdict[]> {
    const filter = 'ip.proto == 112 or ipv6.nxt == 112';
    const options = ['-r', this.path, '-o', 'ip.check_checksum:TRUE', '-Y', filter, '-T', 'fields'];
    const command = [...options, ...FIELDS.flatMap((field) => ['-e', field])];
    const { stdout } = await promisify(execFile)('tshark', command);
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const [at, version, priority, malformed, remark, checksum, headerChecksum = ''] = line.split('\t');
        const valid = malformed === '' && remark === '' && checksum === GOOD && ['', GOOD].includes(headerChecksum);
        return {
          at: instant(Number(at) * 1_000_000),
          version: Number(version),
          priority: Number(priority),
          valid,
          line,
        };
      });
  }
}
