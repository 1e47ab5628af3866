// Effects of many instances in one turn: brought together without changing what each of them does in which order.

import t from 'tap';
import type { IpAddress, MacAddress } from '../../src/address.js';
import { together } from '../../src/daemon/together.js';
import { seconds } from '../../src/time.js';
import type { Effect } from '../../src/vrrp/effect.js';

const MAC = '02:00:00:00:00:01' as MacAddress;
const addressOf = (id: number): IpAddress => `10.0.${id >> 8}.${id & 255}` as IpAddress;

const advert = (id: number): Effect => ({
  kind: 'send-advert',
  interface: 'eth1',
  header: { source: addressOf(0), destination: addressOf(0), ttl: 255, identification: id },
  advert: { version: 3, virtualRouterId: 1, priority: 100, interval: seconds(1), addresses: [] },
});
const change = (kind: 'add-address' | 'remove-address', id: number): Effect => ({
  kind,
  address: {
    prefix: { address: addressOf(id), length: 32 },
    dev: 'eth1',
    scope: 0,
    place: { file: 'a.conf', line: 1, column: 1 },
  },
});
const announcement = (id: number, name = 'eth1'): Effect => ({
  kind: 'send-garp',
  interface: name,
  mac: MAC,
  addresses: [addressOf(id)],
  rounds: 5,
});
const log = (text: string): Effect => ({ kind: 'log', level: 'info', text });

const takeOver = (id: number): Effect[] => [
  advert(id),
  change('add-address', id),
  announcement(id),
  log(`MASTER ${id}`),
];
const kindsOf = (effects: readonly Effect[]): string[] => effects.map(({ kind }) => kind);

t.test('one instance keeps its order', (t) => {
  t.same(together(takeOver(1)), takeOver(1));
  t.end();
});

t.test('of several the adverts come first, then the addresses, and one announcement for all', (t) => {
  const effects = together([...takeOver(1), ...takeOver(2)]);
  t.same(effects, [
    advert(1),
    advert(2),
    change('add-address', 1),
    change('add-address', 2),
    { ...announcement(1), addresses: [addressOf(1), addressOf(2)] },
    log('MASTER 1'),
    log('MASTER 2'),
  ]);
  t.end();
});

t.test('announcements on other interfaces stay apart', (t) => {
  const effects = [announcement(1), announcement(2, 'eth2'), announcement(3, 'eth2')];
  t.same(
    together(effects).map((effect) => effect.kind === 'send-garp' && [effect.interface, effect.addresses.length]),
    [
      ['eth1', 1],
      ['eth2', 2],
    ],
  );
  t.end();
});

t.test(
  'the adverts of a thousand come before the first address, one announcement, and the lines of the log last',
  (t) => {
    const kinds = kindsOf(together(Array.from({ length: 1_000 }, (_, id) => takeOver(id)).flat()));
    t.same(
      kinds.filter((kind, index) => kind !== kinds[index - 1]),
      ['send-advert', 'add-address', 'send-garp', 'log'],
    );
    t.equal(kinds.length, 3_001);
    t.end();
  },
);

t.test('nothing passes what is not part of a take-over', (t) => {
  const effects = [advert(1), change('remove-address', 1), log('BACKUP'), ...takeOver(2)];
  t.same(kindsOf(together(effects)), [
    ...['send-advert', 'remove-address'],
    ...['send-advert', 'add-address', 'send-garp', 'log', 'log'],
  ]);
  t.end();
});
