// What is announced after adverts stays within its bound however many instances speak, and each gets its turn.

import t from 'tap';
import { after, instant, milliseconds, type Instant } from '../../src/time.js';
import { Instance } from '../../src/vrrp/instance.js';
import { beginPatrol } from '../../src/vrrp/patrol.js';
import { Refresh } from '../../src/vrrp/refresh.js';
import { Surroundings } from '../../src/vrrp/surroundings.js';
import { anAddress, anInstance } from './host.js';

const BEGIN = instant(1_000_000_000);

/** MASTERs with so many addresses each. */
function masters(count: number, each: number): Instance[] {
  const surroundings = new Surroundings();
  return Array.from({ length: count }, (_, number) => {
    const virtualAddresses = Array.from({ length: each }, (_, index) =>
      anAddress(`10.${number >> 8}.${number & 0xff}.${index + 1}`),
    );
    const instance = new Instance(anInstance({ name: `VI_${number}`, virtualAddresses }), surroundings, BEGIN);
    instance.state = { kind: 'MASTER', advertAt: BEGIN, garp: {}, patrol: beginPatrol };
    return instance;
  });
}

interface Said {
  readonly at: Instant;
  readonly name: string;
  readonly address: string;
}

/** Each says its advert once a second, one after the other; who announced what. */
function play(refresh: Refresh, instances: readonly Instance[], seconds: number): Said[] {
  const said: Said[] = [];
  for (let second = 0; second < seconds; second += 1)
    for (const [index, instance] of instances.entries()) {
      const at = after(BEGIN, milliseconds(second * 1_000 + Math.floor((index * 900) / instances.length)));
      for (const share of refresh.take('eth1', instance, at))
        for (const { prefix } of share.addresses)
          said.push({ at, name: share.instance.config.name, address: prefix.address });
    }
  return said;
}

t.test('1000 instances: never more than 50 frames a second, and each one has its turn each 20 s', (t) => {
  const instances = masters(1_000, 1);
  const said = play(new Refresh(), instances, 100);
  const perSecond = new Map<number, number>();
  for (const { at } of said)
    perSecond.set(Math.floor((at - BEGIN) / 1e6), (perSecond.get(Math.floor((at - BEGIN) / 1e6)) ?? 0) + 1);
  t.equal(Math.max(...perSecond.values()), 50);
  const turns = new Map(instances.map(({ config }) => [config.name, [] as number[]]));
  for (const { at, name } of said) turns.get(name)?.push(at);
  const counts = [...turns.values()].map(({ length }) => length);
  t.same([Math.min(...counts), Math.max(...counts)], [5, 5], 'nobody is favoured');
  const gaps = [...turns.values()].flatMap((times) => times.map((at, index) => at - (times[index - 1] ?? at)));
  t.ok(Math.max(...gaps) <= 21e6, 'nor forgotten');
  t.end();
});

t.test('of instances with many addresses each address has its turn', (t) => {
  const said = play(new Refresh(), masters(7, 33), 50);
  const counts = new Map<string, number>();
  for (const { address } of said) counts.set(address, (counts.get(address) ?? 0) + 1);
  t.equal(counts.size, 7 * 33);
  t.ok(Math.max(...counts.values()) - Math.min(...counts.values()) <= 2, [...new Set(counts.values())].join());
  t.end();
});

t.test('few are announced with each of their own adverts, at once', (t) => {
  const instances = masters(3, 4);
  const said = play(new Refresh(), instances, 10);
  t.equal(said.length, 3 * 4 * 10);
  t.end();
});

t.test('one that is MASTER no more is passed over, and takes nobody a turn', (t) => {
  const refresh = new Refresh();
  const [first, second] = masters(2, 60);
  if (!first || !second) throw new Error('two');
  refresh.take('eth1', first, BEGIN);
  refresh.take('eth1', second, BEGIN);
  first.state = { kind: 'INIT' };
  const shares = refresh.take('eth1', second, after(BEGIN, milliseconds(1_000)));
  t.same(
    shares.map(({ instance, addresses }) => [instance.config.name, addresses.length]),
    [['VI_1', 50]],
  );
  t.end();
});

t.test('one that is made with its memory goes on as it', (t) => {
  const instances = masters(3, 40);
  const refresh = new Refresh();
  play(refresh, instances, 3);
  const twin = new Refresh();
  twin.recall(refresh.memory, new Map(instances.map((one) => [one.config.name, one])));
  t.same(play(twin, instances, 5), play(refresh, instances, 5));
  t.end();
});
