// The model of keepalived on a host with eth1, under virtual time: inputs in, effects as words, for its tests.
// It performs nothing.

import { KeepalivedPeer } from '../../src/sim/keepalived-peer.js';
import { after, instant, seconds, type Duration } from '../../src/time.js';
import type { Effect } from '../../src/vrrp/effect.js';
import type { Input } from '../../src/vrrp/input.js';
import { aConfig, anAdvert, anInstance, eth1, succeeded, type Said } from '../vrrp/host.js';

export const { garp } = anInstance();
/** Without the bursts that come later. */
export const quiet = { ...garp, masterDelay: seconds(0), lowerPrioDelay: seconds(0) };

/** The model on a host with eth1, its effects as words; checks end as `scriptEnds` says. */
export class Peer {
  now = instant(1_000_000);
  scriptEnds = succeeded;
  readonly log: string[] = [];
  readonly #model: KeepalivedPeer;

  constructor(parts: Parameters<typeof aConfig>[0]) {
    this.#model = new KeepalivedPeer(aConfig(parts));
    this.give({ kind: 'link', interface: 'eth1', link: eth1 });
  }

  static of(changes: Parameters<typeof anInstance>[0] = {}): Peer {
    const peer = new Peer({ instances: [anInstance({ garp: quiet, ...changes })] });
    peer.start();
    return peer;
  }

  /** One that has been MASTER for 69 ms. */
  static master(): Peer {
    const peer = Peer.of();
    peer.pass(seconds(3.6));
    return peer;
  }

  start(): string {
    return this.give({ kind: 'start' });
  }

  hear(said: Said): string {
    return this.give(anAdvert(said));
  }

  link(up: boolean): string {
    return this.give({ kind: 'link', interface: 'eth1', link: { ...eth1, up } });
  }

  give(input: Input): string {
    const effects = this.#model.handle(input, this.now);
    const words = effects.flatMap((effect) => this.#word(effect));
    for (const effect of effects)
      if (effect.kind === 'run-script') {
        const { script } = effect;
        words.push(this.give({ kind: 'script-begun', script }));
        words.push(this.give({ kind: 'script', script, outcome: this.scriptEnds }));
      }
    return words.filter((word) => word !== '').join(', ');
  }

  /** Lets the time pass; what happened, each with its milliseconds since the beginning of it. */
  pass(duration: Duration): string[] {
    const from = this.now;
    const end = after(from, duration);
    const words: string[] = [];
    for (let next = this.#model.nextDeadline(); next !== undefined && next <= end; next = this.#model.nextDeadline()) {
      if (next > this.now) this.now = next;
      const done = this.give({ kind: 'tick' });
      if (done !== '') words.push(`${Math.floor((this.now - from) / 1_000)}: ${done}`);
    }
    this.now = end;
    return words;
  }

  #word(effect: Effect): string[] {
    switch (effect.kind) {
      case 'log':
        this.log.push(effect.text);
        return [];
      case 'send-advert':
        return [`advert ${effect.advert.virtualRouterId} ${effect.advert.priority}`];
      case 'send-garp':
        return [`garp x${effect.rounds}`];
      case 'send-na':
        return [`na x${effect.rounds}`];
      case 'add-address':
      case 'remove-address':
        return [`${effect.kind === 'add-address' ? 'add' : 'remove'} ${effect.address.prefix.address}`];
      case 'notify':
        return [`${effect.event.name} ${effect.event.state}`];
      default:
        return [];
    }
  }
}
