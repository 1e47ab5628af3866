// A client: what its ARP cache believes, whom its packets come to, and how long nobody answered.

import t from 'tap';
import { encodeArp } from '../../src/packet/arp.js';
import { milliseconds, seconds } from '../../src/time.js';
import { Pair, VIRTUAL } from './pair.js';

/** Two machines without daemons; the address is put on them by hand. */
function byHand() {
  const pair = new Pair();
  const { network, client } = pair;
  const [lb1, lb2] = [pair.host('lb1'), pair.host('lb2')];
  for (const host of [lb1, lb2]) host.isOn = true;
  const give = (host: typeof lb1): void => host.addAddress('eth0', { address: VIRTUAL, length: 24 });
  const by = (): string | undefined => client.answeredBy(VIRTUAL)?.name;
  return { pair, network, client, lb1, lb2, give, by };
}

t.test('it asks each second until somebody replies', (t) => {
  const { network, lb1, give, by, pair } = byHand();
  network.run(seconds(2.5));
  t.equal(by(), undefined);
  t.equal(pair.frames.length, 3, 'asked at 0, 1 and 2 s');
  give(lb1);
  network.run(milliseconds(499));
  t.equal(by(), undefined, 'nobody has told it');
  network.run(milliseconds(2));
  t.equal(by(), 'lb1');
  network.run(seconds(10));
  t.equal(pair.frames.length, 5, 'one more question and its reply');
  t.strictSame(pair.happened, ['3.0002 client lb1']);
  t.end();
});

t.test('a gratuitous ARP is believed at once, also while it asks', (t) => {
  const { network, lb1, lb2, give, by } = byHand();
  network.run(seconds(0.5));
  give(lb1);
  lb1.interfaces.get('eth0')?.announce(VIRTUAL);
  network.run(milliseconds(1));
  t.equal(by(), 'lb1');
  give(lb2);
  network.run(seconds(20));
  t.equal(by(), 'lb1', 'a second owner that says nothing is not seen');
  lb2.interfaces.get('eth0')?.announce(VIRTUAL);
  network.run(milliseconds(1));
  t.equal(by(), 'lb2');
  t.end();
});

t.test('a reply that it did not ask for changes nothing', (t) => {
  const { network, lb1, lb2, give, by, client } = byHand();
  give(lb1);
  network.run(seconds(2));
  give(lb2);
  const eth0 = lb2.interfaces.get('eth0');
  const sender = { mac: eth0?.plan.mac ?? client.plan.mac, address: VIRTUAL };
  const target = { mac: client.plan.mac, address: client.plan.addresses.ipv4 };
  if (eth0) eth0.segment.send(eth0, encodeArp({ operation: 2, sender, target }));
  network.run(seconds(1));
  t.equal(by(), 'lb1');
  t.end();
});

t.test('where nobody answers it doubts what it knew after 8 s, and asks', (t) => {
  const { network, lb1, lb2, give, by, pair } = byHand();
  give(lb1);
  network.run(seconds(2));
  lb1.crash();
  give(lb2);
  network.run(seconds(7.999));
  t.equal(by(), undefined);
  network.run(milliseconds(2));
  t.equal(by(), 'lb2');
  t.strictSame(pair.happened.slice(-2), ['2 client nobody', '10.0002 client lb2']);
  t.end();
});

t.test('back in time, nothing is doubted', (t) => {
  const { network, lb1, lb2, give, by } = byHand();
  give(lb1);
  network.run(seconds(2));
  lb1.freeze(true);
  give(lb2);
  network.run(seconds(7));
  lb1.freeze(false);
  network.run(seconds(30));
  t.equal(by(), 'lb1', 'the first one answers again and is kept');
  t.end();
});

t.test('cables and cuts count at once, in either direction', (t) => {
  const { network, lb1, give, by } = byHand();
  give(lb1);
  network.run(seconds(2));
  for (const [what, start, end] of [
    ['pulled', () => lb1.setLink('eth0', false), () => lb1.setLink('eth0', true)],
    ['cut there', () => network.cut({ from: 'client', to: 'lb1' }), () => network.heal()],
    ['cut back', () => network.cut({ from: 'lb1', to: 'client' }), () => network.heal()],
    ['frozen', () => lb1.freeze(true), () => lb1.freeze(false)],
  ] as const) {
    start();
    network.run(seconds(1));
    t.equal(by(), undefined, what);
    end();
    network.run(seconds(1));
    t.equal(by(), 'lb1', `${what} no more`);
  }
  t.end();
});

t.test('holes: all together, the longest, the present one, and from when it is told to forget', (t) => {
  const { network, client, lb1, give } = byHand();
  network.run(seconds(0.5));
  t.strictSame(client.hole(VIRTUAL), { whole: seconds(0.5), longest: seconds(0.5) }, 'nobody has answered yet');
  give(lb1);
  network.run(seconds(4.5));
  t.strictSame(client.hole(VIRTUAL), { whole: 1_000_200, longest: 1_000_200 });
  client.forget();
  t.strictSame(client.hole(VIRTUAL), { whole: 0, longest: 0 });
  for (const length of [0.3, 2, 0.7]) {
    lb1.freeze(true);
    network.run(seconds(length));
    lb1.freeze(false);
    network.run(seconds(1));
  }
  t.strictSame(client.hole(VIRTUAL), { whole: seconds(3), longest: seconds(2) });
  lb1.freeze(true);
  network.run(seconds(4));
  t.strictSame(client.hole(VIRTUAL), { whole: seconds(7), longest: seconds(4) }, 'the present one counts');
  client.forget();
  network.run(seconds(1));
  t.strictSame(client.hole(VIRTUAL), { whole: seconds(1), longest: seconds(1) }, 'forgotten while nobody answers');
  t.end();
});

t.test('who goes and comes in one instant has not been away', (t) => {
  const { network, lb1, give, client, pair } = byHand();
  give(lb1);
  network.run(seconds(2));
  client.forget();
  const before = pair.happened.length;
  lb1.setLink('eth0', false);
  lb1.setLink('eth0', true);
  network.run(seconds(1));
  t.equal(pair.happened.length, before);
  t.equal(client.hole(VIRTUAL).whole, 0);
  t.end();
});

t.test('a connection that only listens is told by a reset, or hangs where its address has gone', (t) => {
  const { network, client, lb1, lb2, give, pair } = byHand();
  give(lb1);
  network.run(seconds(2));
  const hangs = (): string | undefined => client.connections.hangsAt(VIRTUAL)?.name;
  t.equal(hangs(), undefined);
  lb1.deleteAddress(VIRTUAL);
  give(lb2);
  lb2.interfaces.get('eth0')?.announce(VIRTUAL);
  network.run(seconds(1));
  t.equal(hangs(), 'lb1', 'nobody has told it');
  give(lb1);
  t.equal(hangs(), undefined, 'it goes on when the address is back');
  lb1.deleteAddress(VIRTUAL);
  client.forget();
  network.run(seconds(1));
  t.equal(hangs(), undefined, 'it is another one now');
  const { world } = lb2;
  t.equal(world.reset(lb1, [VIRTUAL]), 0, 'lb1 has none any more');
  t.equal(world.reset(lb2, [VIRTUAL]), 1);
  t.match(pair.happened.at(-1), 'lb2 resets');
  lb2.deleteAddress(VIRTUAL);
  t.equal(hangs(), undefined, 'it was told in time');
  t.end();
});
