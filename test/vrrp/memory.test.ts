// A router made with the memory of another one goes on as that one: in storms, cut anywhere, and where storms do not come.

import t, { type Test } from 'tap';
import type { Config, Route } from '../../src/config/model.js';
import { readConfig } from '../../src/config/read.js';
import { instant, milliseconds, seconds, type Instant } from '../../src/time.js';
import type { Input } from '../../src/vrrp/input.js';
import type { Memory } from '../../src/vrrp/memory.js';
import { takeNote } from '../../src/vrrp/note.js';
import { Router } from '../../src/vrrp/router.js';
import { Random } from '../../src/sim/random.js';
import {
  aClaim,
  aConfig,
  aGroup,
  anAddress,
  anAdvert,
  anInstance,
  aScript,
  eth1,
  failed,
  ip,
  ipv6,
  TestHost,
  tracked,
  unicastTo,
  VERSION_3,
} from './host.js';
import { INPUTS, Storm } from './random-storm.js';

const STORMS = Number(process.env.STORM ?? 40);

/** As a recording keeps it. */
const written = (memory: Memory): Memory => JSON.parse(JSON.stringify(memory)) as Memory;
const twin = (router: Router, now: Instant): Router => new Router(router.config, now, written(router.memory));

t.test(`${STORMS} storms, each cut at ten places`, (t) => {
  for (let seed = 0; seed < STORMS; seed += 1) {
    const storm = new Storm(seed);
    storm.blow();
    const { host } = storm;
    const random = new Random(seed);
    const cuts = new Set(Array.from({ length: 10 }, () => random.below(INPUTS)));
    let router = new Router(host.config, instant(1_000_000_000));
    for (const [index, { at, input }] of host.inputs.entries()) {
      const effects = JSON.stringify(router.handle(input, at));
      if (effects !== JSON.stringify(host.effects[index])) {
        t.fail(`storm ${seed}, input ${index}: ${input.kind}`, { found: effects, wanted: host.effects[index] });
        break;
      }
      if (cuts.has(index)) router = twin(router, at);
    }
    t.strictSame(written(router.memory), written(host.router.memory), `storm ${seed}`);
  }
  t.end();
});

/** What both say to each of these, a number being seconds that pass. */
function goesOn(t: Test, host: TestHost, ...after: readonly (Input | number)[]): void {
  const [one, other] = [host.router, twin(host.router, host.now)];
  const give = (input: Input): void => {
    t.strictSame(other.handle(input, host.now), one.handle(input, host.now), input.kind);
  };
  for (const input of after)
    if (typeof input !== 'number') give(input);
    else
      for (const end = host.now + input * 1_000_000; host.now < end;) {
        t.equal(other.nextDeadline(), one.nextDeadline());
        host.now = instant(Math.min(end, one.nextDeadline() ?? end));
        give({ kind: 'tick' });
      }
  t.strictSame(written(other.memory), written(one.memory));
  t.end();
}

t.test('lines that are summed up', (t) => {
  const host = new TestHost({ instances: [anInstance({ nopreempt: false })] });
  host.start();
  for (let count = 0; count < 3; count += 1) host.hear({ priority: 90 });
  host.give(anAdvert({ priority: 100, ttl: 1 }));
  goesOn(t, host, anAdvert({ priority: 100, ttl: 1 }), 25);
});

t.test('a check that is being signalled', (t) => {
  const host = new TestHost({
    instances: [anInstance({ tracks: [tracked({ name: 'chk' })] })],
    scripts: [aScript({ timeout: seconds(1) })],
  });
  host.start();
  host.pass(seconds(1.5));
  goesOn(t, host, 1, { kind: 'script', script: 'chk', outcome: failed }, 5);
});

t.test('an interface whose change does not count yet', (t) => {
  const delays = [{ interface: 'eth1', down: seconds(2), up: milliseconds(500) }];
  const host = new TestHost({ delays });
  host.start();
  host.pass(seconds(4));
  host.link('eth1', { ...eth1, up: false });
  goesOn(t, host, 3, { kind: 'link', interface: 'eth1', link: eth1 }, 2, { kind: 'reload', config: aConfig({}) });
});

t.test("an order of delays that is not the file's any more", (t) => {
  const delay = (name: string, down: number) => ({ interface: name, down: seconds(down), up: seconds(1) });
  const links = { eth1, eth2: { ...eth1, index: 3 } };
  const instances = [anInstance(), anInstance({ name: 'VI_2', interface: 'eth2', virtualRouterId: 92 })];
  const host = new TestHost({ instances, delays: [delay('eth1', 5), delay('eth2', 5)] }, links);
  host.start();
  host.reload({ instances, delays: [delay('eth1', 6), delay('eth2', 5)] });
  for (const [name, link] of Object.entries(links)) host.link(name, { ...link, up: false });
  goesOn(t, host, { kind: 'reload', config: aConfig({ instances }) }, 5);
});

t.test('what the kernel refused, also after a reload', (t) => {
  const instance = anInstance({ virtualAddresses: [anAddress('192.168.1.190'), anAddress('192.168.1.200')] });
  const host = new TestHost({ instances: [instance] });
  host.start();
  host.pass(seconds(4));
  host.give({ kind: 'failed', effect: 'add-address', interface: 'eth1', address: ip('192.168.1.200'), error: 'x' });
  host.reload({
    instances: [
      anInstance({
        ...instance,
        priority: 110,
        virtualAddresses: [...instance.virtualAddresses].map((one) => ({ ...one })),
      }),
    ],
  });
  goesOn(t, host, { kind: 'link', interface: 'eth1', link: { ...eth1, index: 9 } }, 2);
});

t.test('an address that others keep removing', (t) => {
  const host = new TestHost();
  host.start();
  host.pass(seconds(4));
  const removed: Input = { kind: 'address-removed', interface: 'eth1', address: ip('192.168.1.190') };
  for (let count = 0; count < 5; count += 1) host.give(removed);
  goesOn(t, host, removed, 3);
});

t.test('a differing address list is told once', (t) => {
  const host = new TestHost();
  host.start();
  const other = { priority: 200, addresses: ['192.168.1.190', '192.168.1.199'] };
  host.hear(other);
  goesOn(t, host, anAdvert(other), anAdvert(other));
});

t.test('the interval that its master says', (t) => {
  const host = new TestHost({ instances: [anInstance(VERSION_3)] });
  host.start();
  host.hear({ priority: 200, version: 3, interval: milliseconds(100) });
  goesOn(t, host, anAdvert({ priority: 0, version: 3, interval: milliseconds(100) }), 2);
});

t.test('a peer whose checksums are old ones', (t) => {
  const host = new TestHost({ instances: [anInstance({ ...VERSION_3, ...unicastTo(['192.168.1.192']) })] });
  host.start();
  host.pass(seconds(4));
  host.hear({ priority: 100, version: 3, to: ip('192.168.1.191'), hasOldChecksum: true });
  goesOn(t, host, 2);
});

t.test('what is listened on, by family and with which groups', (t) => {
  const instances = [anInstance(), anInstance({ ...ipv6(), name: 'VI_6', kernelRxBufSize: 65_536 })];
  const host = new TestHost({ instances });
  host.start();
  const config = aConfig({ instances: [anInstance({ mcastDstIp: ip('224.0.0.19') })] });
  goesOn(t, host, { kind: 'reload', config }, { kind: 'reload', config }, 5);
});

t.test('one that yielded does not take over from a lower one', (t) => {
  const host = new TestHost();
  host.start();
  host.pass(seconds(4));
  host.give({ kind: 'failover', name: 'VI_1' });
  goesOn(t, host, anAdvert({ priority: 100 }), 5);
});

t.test('a group that a reload put together of a MASTER and a BACKUP', (t) => {
  const instances = [
    anInstance(),
    anInstance({ name: 'VI_2', virtualRouterId: 92, virtualAddresses: [anAddress('192.168.1.200')] }),
  ];
  const host = new TestHost({ instances });
  host.start();
  host.pass(seconds(2));
  const better: Input = anAdvert({ priority: 200, virtualRouterId: 92, addresses: ['192.168.1.200'] });
  host.give(better);
  host.pass(seconds(2));
  host.reload({ instances, groups: [aGroup(['VI_1', 'VI_2'])] });
  goesOn(t, host, better, 2);
});

t.test('addresses that are being given up, with an heir that has announced one of them', (t) => {
  const addresses = ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map((text) => anAddress(text));
  const host = new TestHost({ instances: [anInstance({ virtualAddresses: addresses, resetConnections: true })] });
  host.start();
  host.pass(seconds(4));
  host.give({ kind: 'stop', cause: 'SIGTERM' });
  host.claim({ address: '10.0.0.1' });
  host.hear({ priority: 1, addresses: ['10.0.0.1'] });
  const reset: Input = { kind: 'connections-reset', addresses: [ip('10.0.0.1')], count: 2 };
  goesOn(t, host, 0.01, anAdvert({ priority: 1, addresses: ['10.0.0.1'] }), reset, 5);
});

t.test('a stop that is asked for again', (t) => {
  const host = new TestHost({ instances: [anInstance({ version: 3, advertInt: seconds(10) })] });
  host.start();
  host.pass(seconds(60));
  host.give({ kind: 'stop', cause: 'SIGTERM' });
  const again: Input = { kind: 'stop', cause: 'SIGTERM' };
  goesOn(t, host, again, 2.4, again, 0.2, again, 1);
});

t.test('one that a reload took out and that has not gone yet', (t) => {
  const two = anInstance({ name: 'VI_2', virtualRouterId: 92, virtualAddresses: [anAddress('192.168.1.200')] });
  const host = new TestHost({ instances: [anInstance(), two] });
  host.start();
  host.pass(seconds(4));
  host.reload({ instances: [anInstance()] });
  goesOn(t, host, anAdvert({ priority: 200, virtualRouterId: 92, addresses: ['192.168.1.200'] }), 3);
});

t.test('one that stood still and waits for the other to be heard again', (t) => {
  const host = new TestHost({ instances: [anInstance({ nopreempt: true })] });
  host.start();
  host.pass(seconds(4));
  host.now = instant(host.now + 10_000_000);
  host.hear({ priority: 100 });
  goesOn(t, host, aClaim(), anAdvert({ priority: 100 }), 3);
});

t.test('a second owner that is known, and announced against lately', (t) => {
  const host = new TestHost();
  host.start();
  host.pass(seconds(4));
  host.claim({ isAnswer: true });
  goesOn(t, host, aClaim({ isAnswer: true }), 0.1, aClaim(), 0.3, aClaim(), 15, aClaim());
});

t.test('a lower router that has been answered, and whose last burst is still to come', (t) => {
  const host = new TestHost();
  host.start();
  host.pass(seconds(4));
  for (let count = 0; count < 3; count += 1) {
    host.hear({ priority: 100 });
    host.pass(milliseconds(20));
  }
  goesOn(t, host, anAdvert({ priority: 100 }), 0.02, anAdvert({ priority: 100 }), 10);
});

t.test('whose turn it is to be announced', (t) => {
  const { masterRefresh: _none, ...garp } = anInstance().garp;
  const virtualAddresses = Array.from({ length: 70 }, (_, index) => anAddress(`10.0.0.${index + 1}`));
  const host = new TestHost({ instances: [anInstance({ garp, virtualAddresses })] });
  host.start();
  host.pass(seconds(12.6));
  goesOn(t, host, 5);
});

t.test('addresses that a crash left and that are kept', (t) => {
  const dead = new TestHost();
  dead.start();
  dead.pass(seconds(4));
  const note = takeNote(dead.router);
  if (!note) throw new Error('it holds nothing');
  const there = [...eth1.addresses, { address: ip('192.168.1.190'), length: 32 }];
  const host = new TestHost({}, { eth1: { ...eth1, addresses: there } });
  host.now = instant(dead.now + 1_000_000);
  host.start({ ...note, instances: note.instances.map((one) => ({ ...one, isSameConfiguration: false })) });
  goesOn(t, host, anAdvert({ priority: 1 }), 0.1, anAdvert({ priority: 1 }), 1);
});

t.test('a route that was refused and that a reload took out is not tried again', (t) => {
  const read = (text: string): Config => {
    const { config } = readConfig({ file: 'x', load: () => text });
    if (!config) throw new Error('not usable');
    return config;
  };
  const [first, second] = read('static_routes {\n10.8.0.0/16 dev eth1\n10.9.0.0/16 dev eth1\n}\n').staticRoutes as [
    Route,
    Route,
  ];
  const host = new TestHost({ instances: [anInstance({ virtualRoutes: [first, second] })] });
  host.start();
  host.pass(seconds(5));
  host.give({ kind: 'failed', effect: 'add-route', interface: 'eth1', entry: second, error: 'network is down' });
  host.reload({ instances: [anInstance({ virtualRoutes: [first] })] });
  t.strictSame(host.pass(seconds(1)), ['advert 120']);
  t.end();
});
