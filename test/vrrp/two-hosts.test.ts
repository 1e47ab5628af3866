// Two hosts with a sync group on one network, under random trouble; then calm. Whatever happened before, one of them serves
// all addresses of the group and the other one none. More with STORM=10000 npx tap --timeout=600 test/vrrp/two-hosts.test.ts

import t from 'tap';
import type { Config } from '../../src/config/model.js';
import { after, earliest, instant, milliseconds, seconds, type Duration, type Instant } from '../../src/time.js';
import type { Input } from '../../src/vrrp/input.js';
import { Router } from '../../src/vrrp/router.js';
import { Random } from '../../src/sim/random.js';
import { aConfig, aFile, aGroup, anAddress, anAdvert, anInstance, eth1, ip, tracked } from './host.js';

const RUNS = Number(process.env.STORM ?? 200);
const IDS = [91, 92, 93];
const LATENCY = milliseconds(1);

function aHost(random: Random, { priority, nopreempt }: { priority: number; nopreempt: boolean }): Config {
  const instances = IDS.map((id, index) =>
    anInstance({
      name: `VI_${id}`,
      interface: index === 2 ? 'eth2' : 'eth1',
      virtualRouterId: id,
      priority: priority + random.below(20),
      nopreempt,
      preemptDelay: seconds(random.pick([0, 0, 2])),
      virtualAddresses: [anAddress(`192.168.${id}.190`, index === 2 ? 'eth2' : 'eth1')],
    }),
  );
  const tracks = [tracked({ kind: 'file', name: 'hand', weight: random.pick([0, -5]) })];
  const groups = [
    aGroup(
      instances.map(({ name }) => name),
      { tracks },
    ),
  ];
  return aConfig({ instances, groups, files: [aFile()] });
}

class Pair {
  now: Instant = instant(1_000_000_000);
  readonly hosts: readonly Router[];
  readonly #mail: { at: Instant; to: number; input: Input }[] = [];
  readonly #down = new Set<string>();

  constructor(readonly random: Random) {
    const nopreempt = random.chance(3);
    this.hosts = [150, 100].map((priority) => new Router(aHost(random, { priority, nopreempt }), this.now));
    for (const [host] of this.hosts.entries()) {
      for (const name of ['eth1', 'eth2']) this.link(host, name, true);
      this.give(host, { kind: 'start' });
      this.give(host, { kind: 'file', name: 'hand', reading: { kind: 'number', value: 0 } });
    }
  }

  give(host: number, input: Input): void {
    for (const effect of this.hosts[host]?.handle(input, this.now) ?? []) {
      if (effect.kind !== 'send-advert' || this.#down.has(`${host} ${effect.interface}`)) continue;
      const { virtualRouterId, priority, addresses } = effect.advert;
      const said = anAdvert({ virtualRouterId, priority, addresses, from: `10.0.0.${host + 1}` });
      const to = 1 - host;
      if (this.#down.has(`${to} ${effect.interface}`)) continue;
      this.#mail.push({ at: after(this.now, LATENCY), to, input: { ...said, interface: effect.interface } as Input });
    }
  }

  link(host: number, name: string, up: boolean): void {
    if (up) this.#down.delete(`${host} ${name}`);
    else this.#down.add(`${host} ${name}`);
    const addresses = [{ address: ip(`10.0.0.${host + 1}`), length: 24 }];
    this.give(host, { kind: 'link', interface: name, link: { ...eth1, up, addresses } });
  }

  pass(duration: Duration): void {
    const end = after(this.now, duration);
    for (let next = this.#next(); next !== undefined && next <= end; next = this.#next()) {
      if (next > this.now) this.now = next;
      const [letter] = this.#mail;
      if (letter && letter.at <= this.now) {
        this.#mail.shift();
        this.give(letter.to, letter.input);
      } else for (const [host] of this.hosts.entries()) this.give(host, { kind: 'tick' });
    }
    this.now = end;
  }

  #next(): Instant | undefined {
    return earliest(this.#mail[0]?.at, ...this.hosts.map((host) => host.nextDeadline()));
  }

  trouble(): void {
    const { random } = this;
    const host = random.below(2);
    const inputs: readonly (() => void)[] = [
      () => this.link(host, random.pick(['eth1', 'eth2']), !random.chance(2)),
      () => this.give(host, { kind: 'failover', name: 'G' }),
      () => this.give(host, random.chance(2) ? { kind: 'maintenance', on: true } : { kind: 'maintenance', on: false }),
      () =>
        this.give(host, { kind: 'file', name: 'hand', reading: { kind: 'number', value: random.pick([0, 0, 1, 15]) } }),
    ];
    random.pick(inputs)();
    this.pass(milliseconds(random.pick([1, 500, 2000, 9000])));
  }

  calm(): void {
    for (const [host] of this.hosts.entries()) {
      for (const name of ['eth1', 'eth2']) this.link(host, name, true);
      this.give(host, { kind: 'maintenance', on: false });
      this.give(host, { kind: 'file', name: 'hand', reading: { kind: 'number', value: 0 } });
    }
    this.pass(seconds(30));
  }

  /** "MASTER" for a group that serves as a whole. */
  get states(): string[] {
    return this.hosts.map(({ instances }) =>
      [...new Set([...instances.values()].map(({ state }) => state.kind))].join(' and '),
    );
  }
}

t.test(`${RUNS} times trouble, then calm: one host serves the whole group, the other nothing`, (t) => {
  for (let seed = 0; seed < RUNS; seed += 1) {
    const pair = new Pair(new Random(seed));
    for (let count = 0; count < 30; count += 1) pair.trouble();
    pair.calm();
    const words = pair.states.toSorted().join(', ');
    if (words !== 'BACKUP, MASTER') {
      t.fail(`run ${seed}: ${words}`);
      break;
    }
  }
  t.pass(`${RUNS} runs`);
  t.end();
});
