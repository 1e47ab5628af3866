// The daemon of a simulated host: what waits for it while it stands still, its alarms, its end and its next life.

import t from 'tap';
import { VRRP_GROUPS } from '../../src/address.js';
import { milliseconds, seconds } from '../../src/time.js';
import type { Network } from '../../src/sim/network.js';
import { configOf, instanceText, ip, Pair, VIRTUAL } from './pair.js';

const both = (): Pair => {
  const pair = new Pair();
  pair.host('lb1').start();
  pair.host('lb2').start();
  pair.network.run(seconds(10));
  return pair;
};

const since = (pair: Pair, from: number): string[] => pair.happened.slice(from);

/** An advert of a stranger with the priority 10. */
const sayLower = (network: Network): void =>
  network.sayForeign({
    header: { source: ip('10.0.0.66'), destination: VRRP_GROUPS.ipv4, ttl: 255, identification: 1 },
    advert: {
      version: 2,
      virtualRouterId: 51,
      priority: 10,
      interval: seconds(1),
      authentication: { type: 'none' },
      addresses: [VIRTUAL],
    },
  });

t.test('after a freeze the packets that waited come before the timer that ran out', (t) => {
  const pair = both();
  const from = pair.happened.length;
  pair.host('lb2').freeze(true);
  pair.network.run(seconds(30));
  pair.host('lb2').freeze(false);
  pair.network.run(seconds(10));
  t.equal(pair.state('lb2'), 'BACKUP');
  t.strictSame(
    since(pair, from).filter((line) => line.includes('lb2')),
    [],
    'it did nothing at all',
  );
  t.end();
});

t.test('without packets a BACKUP waits its skew once more when the machine goes on', (t) => {
  const pair = both();
  pair.host('lb1').crash();
  pair.network.run(seconds(1));
  pair.host('lb2').freeze(true);
  pair.network.run(seconds(20));
  t.equal(pair.state('lb2'), 'BACKUP', 'a frozen machine does nothing');
  pair.host('lb2').freeze(false);
  t.equal(pair.state('lb2'), 'BACKUP', 'perhaps all machines stood still');
  pair.network.run(milliseconds(610));
  t.equal(pair.state('lb2'), 'MASTER');
  t.end();
});

t.test('a daemon that stands still misses its adverts and does not catch up', (t) => {
  const pair = both();
  pair.host('lb2').crash();
  const from = pair.happened.length;
  pair.host('lb1').stall(true);
  pair.network.run(seconds(5));
  t.strictSame(
    since(pair, from).filter((line) => line.includes('lb1 advert')),
    [],
  );
  pair.host('lb1').stall(false);
  pair.network.run(seconds(1.5));
  t.strictSame(
    since(pair, from).filter((line) => line.includes('lb1 advert')),
    ['15 lb1 advert 150', '15.414062 lb1 advert 150', '16.414062 lb1 advert 150'],
    'one at once, then by the old rhythm',
  );
  t.end();
});

t.test('1000 packets wait for a daemon that stands still, the others are lost', (t) => {
  const pair = both();
  pair.host('lb1').crash();
  const lb2 = pair.host('lb2');
  const heard = () => lb2.router?.instances.get('VI_1')?.statistics.advertsHeard ?? 0;
  const before = heard();
  lb2.stall(true);
  for (let count = 0; count < 1100; count += 1) sayLower(pair.network);
  pair.network.run(milliseconds(100));
  lb2.stall(false);
  t.equal(heard() - before, 1000);
  sayLower(pair.network);
  pair.network.run(milliseconds(100));
  t.equal(heard() - before, 1001, 'there is room again');
  t.end();
});

t.test('what was due to a killed daemon comes to nobody; what it left for too long its next one takes off', (t) => {
  const pair = both();
  const lb1 = pair.host('lb1');
  lb1.kill();
  const from = pair.happened.length;
  t.equal(lb1.core, undefined);
  t.equal(lb1.has(VIRTUAL), true);
  pair.network.run(seconds(2));
  t.strictSame(since(pair, from), [], 'no advert is sent, the client is answered as before');
  pair.network.run(seconds(8));
  t.equal(pair.state('lb2'), 'MASTER');
  t.equal(lb1.has(VIRTUAL) && pair.host('lb2').has(VIRTUAL), true, 'both have it now');
  lb1.start();
  t.equal(lb1.has(VIRTUAL), false, 'its next daemon takes off what was left');
  t.equal(pair.state('lb1'), 'BACKUP');
  pair.network.run(seconds(10));
  t.equal(pair.state('lb1'), 'MASTER');
  t.equal(pair.host('lb2').has(VIRTUAL), false);
  t.end();
});

t.test('a killed daemon is followed by one that goes on where it ended', (t) => {
  const pair = both();
  const lb1 = pair.host('lb1');
  lb1.kill();
  pair.network.run(seconds(2));
  const from = pair.happened.length;
  lb1.start();
  t.equal(pair.state('lb1'), 'MASTER');
  pair.network.run(seconds(5));
  t.notOk(
    since(pair, from).some((line) => line.includes('lb2')),
    'nobody else notices, clients neither',
  );
  t.end();
});

t.test('what a killed daemon noted is gone with the power, with a clean stop, and once it is read', (t) => {
  const pair = both();
  const lb1 = pair.host('lb1');
  lb1.kill();
  lb1.crash();
  lb1.start();
  t.equal(pair.state('lb1'), 'BACKUP');
  pair.network.run(seconds(10));
  t.equal(pair.state('lb1'), 'MASTER');
  lb1.kill();
  lb1.start();
  t.equal(pair.state('lb1'), 'MASTER');
  lb1.stop();
  pair.network.run(seconds(1));
  t.equal(lb1.core, undefined);
  lb1.start();
  t.equal(pair.state('lb1'), 'BACKUP');
  t.end();
});

t.test('a stop says so and ends the process when the other one serves; then a stop and a reload find nobody', (t) => {
  const pair = both();
  const from = pair.happened.length;
  const lb1 = pair.host('lb1');
  lb1.stop();
  t.strictSame(since(pair, from), ['10 lb1 advert 0']);
  t.equal(lb1.has(VIRTUAL), true, 'it serves still');
  pair.network.run(seconds(1));
  t.strictSame(since(pair, from), [
    '10 lb1 advert 0',
    '10.005 lb1 advert 0',
    '10.609475 lb2 advert 100',
    '10.609475 lb2 garp',
    '10.609475 lb2 MASTER',
    '10.609575 lb1 resets',
    '10.609575 client lb2',
    '10.609875 lb1 advert 1',
    '10.609875 lb1 STOP',
    '10.609975 lb2 MASTER_RX_LOWER_PRI',
    '10.614975 lb2 garp',
  ]);
  t.equal(lb1.core, undefined);
  t.equal(lb1.has(VIRTUAL), false);
  const { length } = pair.happened;
  lb1.stop();
  lb1.reload(lb1.config);
  lb1.give({ kind: 'failover', name: 'VI_1' });
  t.equal(pair.happened.length, length);
  t.end();
});

t.test('a stop waits while the daemon stands still; power loss ends that too', (t) => {
  const pair = both();
  const lb1 = pair.host('lb1');
  lb1.stall(true);
  lb1.stop();
  t.ok(lb1.core, 'the signal is pending');
  pair.network.run(seconds(1));
  lb1.stall(false);
  pair.network.run(seconds(1));
  t.equal(lb1.core, undefined);
  lb1.start();
  lb1.freeze(true);
  lb1.crash();
  t.equal(lb1.isFrozen, false);
  lb1.start();
  pair.network.run(seconds(10));
  t.equal(pair.state('lb1'), 'MASTER');
  t.end();
});

t.test('a start waits for a daemon that is about to stop', (t) => {
  const pair = both();
  const lb1 = pair.host('lb1');
  const { core } = lb1;
  lb1.stall(true);
  lb1.stop();
  lb1.start('keepalived');
  t.equal(lb1.core, core, 'the first one runs still');
  lb1.stall(false);
  pair.network.run(seconds(1));
  t.ok(lb1.core);
  t.not(lb1.core, core);
  t.equal(lb1.router, undefined, 'keepalived has taken its place');
  lb1.stall(true);
  lb1.stop();
  lb1.start();
  lb1.crash();
  t.equal(lb1.core, undefined, 'power loss ends the waiting too');
  t.end();
});

t.test('a daemon that is started on a frozen machine begins when that goes on', (t) => {
  const pair = new Pair();
  const lb1 = pair.host('lb1');
  lb1.isOn = true;
  lb1.freeze(true);
  lb1.start();
  pair.network.run(seconds(10));
  t.strictSame(pair.happened, []);
  lb1.freeze(false);
  t.strictSame(pair.happened, ['10 lb1 BACKUP']);
  t.end();
});

t.test('started twice is started once', (t) => {
  const pair = new Pair();
  pair.host('lb1').start();
  const { core } = pair.host('lb1');
  pair.host('lb1').start();
  t.equal(pair.host('lb1').core, core);
  pair.host('lb1').start('keepalived');
  t.equal(pair.host('lb1').core, core, 'another daemon waits for the next start');
  t.end();
});

t.test('another daemon takes the place of the first', (t) => {
  const pair = both();
  const lb1 = pair.host('lb1');
  lb1.stop();
  lb1.start('keepalived');
  pair.network.run(seconds(1));
  t.ok(lb1.core);
  t.equal(lb1.router, undefined, 'it is not our router');
  pair.network.run(seconds(10));
  t.equal(lb1.has(VIRTUAL), true);
  lb1.crash();
  lb1.start();
  t.equal(lb1.router, undefined, 'it stays that one');
  lb1.stop();
  lb1.start('vrrpd');
  t.ok(lb1.router);
  t.end();
});

const CHECK = 'vrrp_script chk {\nscript "/bin/true"\ninterval 2\n}\n';
const checked = (): Pair => new Pair({ head: CHECK, lines: ['track_script {', 'chk', '}'] });

t.test('a check ends 10 ms after it began, as it is told to; one that hangs does not end by itself', (t) => {
  const pair = checked();
  const lb1 = pair.host('lb1');
  lb1.start();
  t.strictSame(pair.happened, []);
  lb1.give({ kind: 'maintenance', on: true });
  pair.network.run(seconds(10));
  t.strictSame(pair.happened[0], '0.01 lb1 BACKUP', 'it waits for the first result');
  lb1.checks.set('chk', 'fails');
  pair.network.run(seconds(1));
  t.ok(pair.happened.includes('10.01 lb1 FAULT'));
  lb1.checks.set('chk', 'succeeds');
  pair.network.run(seconds(5));
  t.ok(pair.happened.includes('12.01 lb1 BACKUP'));
  lb1.checks.set('chk', 'hangs');
  pair.network.run(seconds(3));
  t.ok(pair.happened.includes('18 lb1 FAULT'), 'at its interval');
  lb1.checks.set('chk', 'succeeds');
  pair.network.run(seconds(7));
  t.equal(pair.state('lb1'), 'FAULT', 'the run that hangs goes on');
  pair.network.run(seconds(5));
  t.equal(pair.state('lb1'), 'BACKUP', 'it was signalled after 10 s, and the next run succeeded');
  t.end();
});

t.test('a check that runs when the daemon is killed tells its result to nobody', (t) => {
  const pair = checked();
  const lb1 = pair.host('lb1');
  lb1.start();
  pair.network.run(milliseconds(5));
  lb1.kill();
  lb1.checks.set('chk', 'fails');
  lb1.start();
  pair.network.run(milliseconds(7));
  t.strictSame(pair.happened, [], 'the run of the first life would have ended by now');
  pair.network.run(milliseconds(5));
  t.strictSame(pair.happened, ['0.015 lb1 FAULT']);
  t.end();
});

t.test('an address on an interface that the host does not have is refused', (t) => {
  const pair = both();
  const lb1 = pair.host('lb1');
  lb1.reload(configOf(instanceText('priority 150', 'virtual_ipaddress_excluded {', '10.9.0.1 dev eth9 no_track', '}')));
  const missing = lb1.router?.instances.get('VI_1')?.missing ?? [];
  t.strictSame(
    Array.from(missing, ({ dev }) => dev),
    ['eth9'],
  );
  t.equal(pair.state('lb1'), 'MASTER');
  t.end();
});
