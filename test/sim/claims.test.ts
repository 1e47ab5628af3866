// What a simulated host hears of ARP: who announces an address, who answers its probe, and when that reaches its daemon.

import t from 'tap';
import { milliseconds, seconds } from '../../src/time.js';
import { ip, Pair, VIRTUAL } from './pair.js';

const both = (): Pair => {
  const pair = new Pair();
  pair.host('lb1').start();
  pair.host('lb2').start();
  pair.network.run(seconds(10));
  return pair;
};

/** The claims that a daemon is handed from now on, in words, packets between them. */
function claims(pair: Pair, name: 'lb1' | 'lb2'): string[] {
  const { core } = pair.host(name);
  const heard: string[] = [];
  if (!core) throw new Error('no daemon');
  const handle = core.handle.bind(core);
  core.handle = (input, now) => {
    if (input.kind === 'packet') heard.push('packet');
    if (input.kind === 'claim') heard.push(`${input.address} ${input.mac} ${input.isAnswer ? 'answers' : 'announces'}`);
    return handle(input, now);
  };
  return heard;
}

const macOf = (pair: Pair, name: 'lb1' | 'lb2'): string => pair.host(name).interfaces.get('eth0')?.plan.mac ?? '';

t.test('a daemon hears who announces an address, and who answers its probe', (t) => {
  const pair = both();
  const [one, other] = [claims(pair, 'lb1'), claims(pair, 'lb2')];
  pair.host('lb1').interfaces.get('eth0')?.announce(VIRTUAL);
  pair.network.run(milliseconds(1));
  t.strictSame(other, [`${VIRTUAL} ${macOf(pair, 'lb1')} announces`]);
  t.strictSame(one, [], 'nobody hears himself');
  other.length = 0;
  pair.host('lb2').interfaces.get('eth0')?.probe(VIRTUAL);
  pair.network.run(milliseconds(1));
  t.strictSame(other, [`${VIRTUAL} ${macOf(pair, 'lb1')} answers`], 'the answer goes to the asker');
  t.strictSame(one, [], 'and to no other; a probe claims nothing');
  other.length = 0;
  pair.host('lb2').interfaces.get('eth0')?.probe(ip('10.0.0.77'));
  pair.network.run(milliseconds(1));
  t.strictSame(other, [], 'nobody has it');
  t.end();
});

t.test('the kernel answers a probe while the daemon stands still or is dead, not while the machine does', (t) => {
  const pair = both();
  const lb1 = pair.host('lb1');
  const heard = claims(pair, 'lb2');
  const probe = (): number => {
    heard.length = 0;
    pair.host('lb2').interfaces.get('eth0')?.probe(VIRTUAL);
    pair.network.run(milliseconds(1));
    return heard.length;
  };
  lb1.stall(true);
  t.equal(probe(), 1, 'stalled');
  lb1.kill();
  t.equal(probe(), 1, 'killed');
  lb1.freeze(true);
  t.equal(probe(), 0, 'frozen');
  lb1.crash();
  t.equal(probe(), 0, 'off');
  t.end();
});

t.test('claims wait for a daemon that stands still, and come after the packets', (t) => {
  const pair = both();
  const heard = claims(pair, 'lb2');
  pair.host('lb2').freeze(true);
  pair.host('lb1').interfaces.get('eth0')?.announce(VIRTUAL);
  pair.network.run(seconds(1));
  for (let count = 0; count < 1100; count += 1) pair.host('lb1').interfaces.get('eth0')?.announce(VIRTUAL);
  pair.network.run(milliseconds(1));
  t.strictSame(heard, []);
  pair.host('lb2').freeze(false);
  t.equal(heard.length, 1001, 'one packet, and as many claims as have room');
  t.equal(heard[0], 'packet', 'although it came last but for one');
  pair.host('lb2').kill();
  pair.host('lb1').interfaces.get('eth0')?.announce(VIRTUAL);
  pair.network.run(milliseconds(1));
  t.equal(heard.length, 1001, 'a dead one hears nothing');
  t.end();
});
