// The fuzzer itself: it finds planted bugs, makes their inputs small, makes the same inputs for the same seed, and gets by
// coverage where chance does not lead.

import t from 'tap';
import { must, Violation, type Target } from './target.js';
import { Coverage } from './coverage.js';
import { describeFailure, fuzz, randomOf } from './fuzz.js';
import { readConfig } from '../../src/config/read.js';

const target = (check: Target['check'], more: Partial<Target> = {}): Target => ({
  name: 'planted',
  share: 1,
  seeds: [Buffer.from('priority 100\nstate MASTER\n')],
  words: ['weight '],
  input: () => Buffer.from('interface eth0\n'),
  check,
  ...more,
});

t.test('a bug is found, and its input is as small as can be', async (t) => {
  const planted = target((input) => must(!/weight[^]*\d{3}/.test(input.toString('latin1')), 'no weight over 99'));
  const failure = await fuzz(planted, { inputs: 20_000, seed: 1 });
  if (failure === undefined) throw new Error('not found');
  t.equal(failure.input.toString(), 'weight000');
  t.equal(failure.what, 'no weight over 99');
  t.match(describeFailure(failure), `echo ${failure.input.toString('base64')} | base64 -d`);
  const again = await fuzz(planted, { inputs: 20_000, seed: 1 });
  t.same(again, failure, 'the same seed');
  t.not((await fuzz(planted, { inputs: 20_000, seed: 2 }))?.number, failure.number, 'another seed');
});

t.test('whatever is thrown, at once or later, is a failure', async (t) => {
  const failures = [
    target(() => {
      throw new RangeError('out of bounds');
    }),
    target(() => Promise.reject(new Violation('later'))),
    target((input) => must(input.length > 1e9, 'never')),
  ].map((one) => fuzz(one, { inputs: 10, seed: 1 }));
  const whats = (await Promise.all(failures)).map((failure) => failure?.what.split('\n')[0]);
  t.same(whats, ['RangeError: out of bounds', 'later', 'never']);
  t.equal(
    await fuzz(
      target(() => undefined),
      { inputs: 2_000, seed: 1 },
    ),
    undefined,
    'and nothing else is',
  );
});

t.test('neighbours have nothing in common', (t) => {
  const firsts = Array.from({ length: 1_000 }, (_, number) => randomOf(1, number).below(10));
  for (let digit = 0; digit < 10; digit += 1) {
    const count = firsts.filter((first) => first === digit).length;
    t.ok(count > 50 && count < 150, `${count} times ${digit}`);
  }
  t.end();
});

t.test('an input that reaches something new is kept', async (t) => {
  const read = (text: string): void => void readConfig({ file: 'x', load: () => text });
  const check = (input: Buffer): void => read(input.toString());
  const coverage = new Coverage();
  t.teardown(() => coverage.close());
  const dull = Array.from({ length: 50 }, (_, index) => Buffer.from(`router_id a${index}\n`));
  for (const input of dull) check(input);
  await coverage.newIn(dull, check);
  const before = coverage.size;
  t.ok(before > 0, `${before} blocks`);
  const fresh = Buffer.from('~SEQ(i, 1, 3) static_ipaddress { 10.0.0.${i} }\n');
  const batch = [...dull, fresh, ...dull];
  for (const input of batch) check(input);
  const found = await coverage.newIn(batch, check);
  t.ok(found.includes(fresh), 'it is found among others');
  t.ok(found.length < 20, `${found.length} kept`);
  t.ok(coverage.size > before);
  for (const input of batch) check(input);
  t.same(await coverage.newIn(batch, check), [], 'only once');
});
