// Two or more routers on one network with virtual time: what one says the others hear a moment later, time jumps to the
// next event, checks end as they are told to. It is the same Router that runs in the daemon; nothing here knows a rule
// of the protocol. Packets cross as values.

import type { IpAddress, MacAddress } from '../address.js';
import type { Config } from '../config/model.js';
import { after, between, earliest, instant, milliseconds, seconds, type Duration, type Instant } from '../time.js';
import type { ScriptOutcome } from '../track/script.js';
import type { Effect } from '../vrrp/effect.js';
import type { Input, Link } from '../vrrp/input.js';
import type { Instance } from '../vrrp/instance.js';
import { Router } from '../vrrp/router.js';

const NETWORK_DELAY = milliseconds(0.2);
const SCRIPT_RUN = milliseconds(10);
const SUCCESS: ScriptOutcome = { kind: 'exited', code: 0, milliseconds: 10, output: '' };
const FAILURE: ScriptOutcome = { kind: 'exited', code: 1, milliseconds: 10, output: '' };

/** One host; absent `router`: it is off. */
interface Host {
  readonly config: Config;
  router?: Router;
  readonly failing: Set<string>;
}

interface Event {
  readonly at: Instant;
  readonly host: number;
  readonly input: Input;
}

export class Lan {
  now = instant(0);
  readonly #hosts: readonly Host[];
  /** In the order of their instants. */
  readonly #events: Event[] = [];
  /** How long nobody has held the addresses since forget(). */
  unowned = seconds(0);
  /** How many adverts each host has sent. */
  readonly #sent: number[];

  /** Each configuration has one instance, of the same virtual router; its host is off at first. */
  constructor(configs: readonly Config[]) {
    this.#hosts = configs.map((config) => ({ config, failing: new Set<string>() }));
    this.#sent = configs.map(() => 0);
  }

  /** Switches a host on, as after its boot; its first address ends with its number. */
  start(host: number): void {
    const one = this.#host(host);
    const router = new Router(one.config, this.now);
    one.router = router;
    for (const [index, name] of interfacesOf(router).entries())
      this.#give(host, { kind: 'link', interface: name, link: linkOf(host, index) });
    this.#give(host, { kind: 'start' });
  }

  /** The end of the daemon as its operator asks for it; the host goes on without it. */
  stop(host: number): void {
    this.#give(host, { kind: 'stop', cause: 'stopped' });
    delete this.#host(host).router;
  }

  /** Power loss. */
  crash(host: number): void {
    delete this.#host(host).router;
  }

  /** From its next run on the check fails, or succeeds. */
  setCheck(host: number, { script, fails }: { script: string; fails: boolean }): void {
    if (fails) this.#host(host).failing.add(script);
    else this.#host(host).failing.delete(script);
  }

  /** The instance; undefined while the host is off. */
  instance(host: number): Instance | undefined {
    return this.#host(host).router?.instances.values().next().value;
  }

  /** Those that hold the addresses now. */
  get holders(): number[] {
    return [...this.#hosts.keys()].filter((host) => this.instance(host)?.holds === true);
  }

  /** Begins to count `unowned` anew. */
  forget(): void {
    this.unowned = seconds(0);
  }

  run(duration: Duration): void {
    const end = after(this.now, duration);
    while (this.#step(end));
    this.#advance(end);
  }

  /** Up to the next advert of this host, at most for `duration`. */
  runUntilAdvert(host: number, duration: Duration): void {
    const [sent, end] = [this.#sent[host], after(this.now, duration)];
    while (this.#sent[host] === sent && this.#step(end));
  }

  /** Serves what comes next; false when that is later than `end`. */
  #step(end: Instant): boolean {
    const deadlines = this.#hosts.map(({ router }) => router?.nextDeadline());
    const next = earliest(this.#events[0]?.at, ...deadlines);
    if (next === undefined || next > end) return false;
    this.#advance(next);
    const [event] = this.#events;
    if (event && event.at <= this.now) {
      this.#events.shift();
      this.#give(event.host, event.input);
    } else {
      const due = deadlines.findIndex((deadline) => deadline !== undefined && deadline <= this.now);
      this.#give(due, { kind: 'tick' });
    }
    return true;
  }

  #advance(to: Instant): void {
    if (to <= this.now) return;
    if (this.holders.length === 0) this.unowned = (this.unowned + between({ from: this.now, to })) as Duration;
    this.now = to;
  }

  #give(host: number, input: Input): void {
    const { router } = this.#host(host);
    for (const effect of router?.handle(input, this.now) ?? []) this.#perform(host, effect);
  }

  #perform(host: number, effect: Effect): void {
    if (effect.kind === 'watch') {
      for (const { name, initFile } of effect.files)
        this.#give(host, { kind: 'file', name, reading: { kind: 'number', value: initFile?.value ?? 0 } });
      for (const { name, quorum } of effect.processes) this.#give(host, { kind: 'process', name, count: quorum });
    }
    if (effect.kind === 'run-script') {
      this.#give(host, { kind: 'script-begun', script: effect.script });
      const outcome = this.#host(host).failing.has(effect.script) ? FAILURE : SUCCESS;
      this.#later(SCRIPT_RUN, { host, input: { kind: 'script', script: effect.script, outcome } });
    }
    if (effect.kind !== 'send-advert') return;
    this.#sent[host] = (this.#sent[host] ?? 0) + 1;
    const { source, destination, ttl } = effect.header;
    const common = { kind: 'advert', source, destination, ttl, type: 1, checksumValid: true } as const;
    for (const other of this.#hosts.keys()) {
      const name = this.instance(other)?.config.interface;
      if (other === host || name === undefined) continue;
      const input: Input = { kind: 'packet', interface: name, packet: { ...common, advert: effect.advert } };
      this.#later(NETWORK_DELAY, { host: other, input });
    }
  }

  #later(delay: Duration, event: Omit<Event, 'at'>): void {
    const at = after(this.now, delay);
    const later = this.#events.findIndex((one) => one.at > at);
    this.#events.splice(later < 0 ? this.#events.length : later, 0, { at, ...event });
  }

  #host(host: number): Host {
    const found = this.#hosts[host];
    if (found === undefined) throw new Error(`there is no host ${host}`);
    return found;
  }
}

const interfacesOf = ({ instances }: Router): string[] => [
  ...new Set([...instances.values()].flatMap(({ interfaces }) => interfaces)),
];

function linkOf(host: number, index: number): Link {
  return {
    index: index + 1,
    up: true,
    mac: `02:00:00:00:0${index % 10}:0${host + 1}` as MacAddress,
    mtu: 1500,
    addresses: [{ address: `198.18.${index}.${host + 1}` as IpAddress, length: 24 }],
  };
}
