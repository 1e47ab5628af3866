// A router made with the memory of another one goes on as that one: in storms, cut anywhere, and where storms do not come.

import t, { type Test } from 'tap';
import type { Config, Route } from '../../src/config/model.js';
import { readConfig } from '../../src/config/read.js';
import { instant, milliseconds, seconds, type Instant } from '../../src/time.js';
import type { Input } from '../../src/vrrp/input.js';
import type { Memory } from '../../src/vrrp/memory.js';
import { Router } from '../../src/vrrp/router.js';
import { Random } from '../../src/sim/random.js';
import {
  aConfig,
  aGroup,
  anAddress,
  anAdvert,
  anInstance,
  aScript,
  eth1,
  failed,
  ip,
  TestHost,
  tracked,
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
