// What is left of a run: a number that is the same only for the same happenings at the same instants, and, where somebody
// wants to read it, a line for each event.

import { formatPrefix } from '../../src/address.js';
import { describeAdvert } from '../../src/packet/describe.js';
import { decodeAdvertPacket, encodeAdvertPacket } from '../../src/packet/advert-frame.js';
import type { Happening } from '../../src/sim/network.js';
import type { Command } from '../../src/sim/story.js';
import type { Instant } from '../../src/time.js';
import type { Effect } from '../../src/vrrp/effect.js';
import { printCommand } from './story-text.js';

export class Trail {
  /** FNV-1a over all that happened. */
  hash = 0x811c9dc5;

  /** `say` is handed the lines. */
  constructor(readonly say?: (line: string) => void) {}

  command(at: Instant, command: Command): void {
    for (const line of printCommand(command)) this.#add(at, 'fault', line);
  }

  happening(at: Instant, happening: Happening): void {
    if (happening.kind === 'frame') {
      for (const octet of happening.frame) this.#mix(octet);
      this.#mix(at);
    } else if (happening.kind === 'answered') {
      const { client, target, by } = happening;
      this.#add(at, client.plan.name, `${target} is answered by ${by?.name ?? 'nobody'}`);
    } else if (happening.kind === 'reset') {
      this.#add(at, happening.host.name, `resets the connection to ${happening.target}`);
    } else this.#add(at, happening.host.name, describeEffect(happening.effect));
  }

  #add(at: Instant, host: string, words: string): void {
    for (let index = 0; index < words.length; index += 1) this.#mix(words.charCodeAt(index));
    this.#mix(at);
    this.say?.(`${(at / 1_000_000).toFixed(6).padStart(12)}  ${host.padEnd(8)}  ${words}`);
  }

  #mix(value: number): void {
    this.hash = Math.imul(this.hash ^ value, 0x01000193) >>> 0;
  }
}

function describeEffect(effect: Effect): string {
  switch (effect.kind) {
    case 'send-advert':
      return `sends ${describeAdvert(decodeAdvertPacket(encodeAdvertPacket(effect.header, effect.advert)))}`;
    case 'send-garp':
    case 'send-na':
      return `announces ${effect.addresses.join(', ')} on ${effect.interface}, ${effect.rounds} rounds`;
    case 'log':
      return effect.text;
    case 'notify':
      return `tells ${effect.event.name} ${effect.event.state}`;
    case 'add-address':
    case 'remove-address':
      return `${effect.kind} ${formatPrefix(effect.address.prefix)} ${effect.address.dev}`;
    case 'watch':
      return `watches ${[...effect.files, ...effect.processes].map(({ name }) => name).join(', ')}`;
    default:
      return JSON.stringify(effect);
  }
}
