// What storms are made of: commands that read back as they are printed, storms that are the same when they are printed and
// played by hand, shrinking, and hosts to whom nothing happens.

import t from 'tap';
import { readStory, type Command } from '../../src/sim/story.js';
import { instant, milliseconds, seconds } from '../../src/time.js';
import { ip } from '../vrrp/host.js';
import { shrink } from './shrink.js';
import { printCommand } from './story-text.js';
import { readStorm, storyOf, textsOf, type Storm } from './storm.js';
import { blow } from './storm-maker.js';
import { replay } from './replay.js';
import { Run } from './storm-run.js';
import { someHosts, someRecipe } from './storm-hosts.js';
import { Random } from '../../src/sim/random.js';
import { spread } from './seed.js';
import { Trail } from './trail.js';
import { Violation } from './violation.js';

const COMMANDS: readonly Command[] = [
  { kind: 'run', duration: milliseconds(3.123) },
  { kind: 'start' },
  { kind: 'start', host: 'alpha' },
  { kind: 'start', host: 'alpha', daemon: 'keepalived' },
  { kind: 'freeze', host: 'alpha' },
  { kind: 'link', host: 'alpha', interface: 'eth1', up: false },
  { kind: 'cut', from: 'alpha', to: 'beta', oneWay: true },
  { kind: 'cut', from: 'alpha', to: 'beta', oneWay: false },
  { kind: 'heal' },
  { kind: 'check', host: 'alpha', script: 'chk', end: 'hangs' },
  { kind: 'file', host: 'alpha', name: 'hand', value: -300 },
  { kind: 'process', host: 'alpha', name: 'web', count: 2 },
  { kind: 'delete', host: 'alpha', address: ip('10.1.1.100') },
  { kind: 'add', host: 'alpha', prefix: { address: ip('10.1.1.100'), length: 24 }, interface: 'eth1' },
  { kind: 'announce', address: ip('10.1.1.100') },
  { kind: 'announce', address: ip('10.1.1.100'), segment: 'eth2' },
  { kind: 'weather', change: { delay: milliseconds(0.1), jitter: milliseconds(20) } },
  { kind: 'weather', change: { delay: milliseconds(5), jitter: milliseconds(0) } },
  { kind: 'weather', change: { loss: 0.4 } },
  { kind: 'weather', change: { duplication: 0.05 } },
  { kind: 'failover', host: 'alpha', name: 'VI_1' },
  { kind: 'maintenance', host: 'alpha', on: true },
  { kind: 'reload', host: 'alpha', file: 'alpha-1.conf' },
  {
    kind: 'advert',
    advert: {
      version: 2,
      source: ip('10.0.1.1'),
      virtualRouterId: 51,
      priority: 200,
      interval: seconds(1),
      ttl: 254,
      password: '1111',
      addresses: [ip('10.1.51.100'), ip('10.1.51.101')],
      isDamaged: true,
      segment: 'eth1',
    },
  },
];

const IPV6_ADVERT: Command = {
  kind: 'advert',
  advert: {
    ...{ version: 3, source: ip('fe80::1'), to: ip('fe80::2'), virtualRouterId: 51, priority: 200, ttl: 255 },
    ...{ interval: milliseconds(10), addresses: [ip('2001:db8::1'), ip('2001:db8::2')] },
  },
};

t.test('a command reads back as it is printed', (t) => {
  for (const command of [...COMMANDS, IPV6_ADVERT]) {
    const { lines, problems } = readStory(printCommand(command).join('\n'));
    t.strictSame(problems, []);
    t.strictSame(
      lines.map((line) => line.command),
      [command],
    );
  }
  t.end();
});

t.test('a storm that is printed, read and played by hand is the same storm', (t) => {
  for (let seed = 5000; seed < 5020; seed += 1) {
    const blown = new Trail();
    const { storm } = blow(seed, blown);
    const played = new Trail();
    t.equal(replay(readStorm(storyOf(storm), textsOf(storm)), played)?.message, undefined);
    t.equal(played.hash, blown.hash, `storm ${seed}`);
  }
  t.end();
});

t.test('another seed is another storm', (t) => {
  const hashes = [1, 2, 3, 4].map((seed) => {
    const trail = new Trail();
    blow(seed, trail);
    return trail.hash;
  });
  t.equal(new Set(hashes).size, hashes.length);
  t.end();
});

t.test('hosts to whom nothing happens: each instance becomes BACKUP and MASTER once', (t) => {
  for (let seed = 0; seed < 60; seed += 1) {
    const random = new Random(spread(seed));
    const [host] = someHosts(random, someRecipe(random));
    // A file that has to hold something is a FAULT for good.
    const isReversed = host?.config.vrrpInstances.some(({ tracks }) =>
      tracks.some(({ weight, reverse }) => weight === 0 && reverse),
    );
    if (!host || isReversed) continue;
    const run = new Run({ seed, hosts: [host], files: new Map() });
    run.apply({ kind: 'start', host: host.name });
    run.pass(instant(60_000_000));
    run.end();
    const { router } = run.network.host(host.name);
    for (const { config, history } of router?.instances.values() ?? []) {
      const states = history.map(({ to }) => to).toReversed();
      // A check with init_fail, and what comes before the first result of another one, is a FAULT before that.
      const begun = states.filter((state) => state !== 'FAULT' && state !== 'INIT');
      t.strictSame(begun, ['BACKUP', 'MASTER'], `seed ${seed}: ${config.name}`);
    }
  }
  t.end();
});

t.test('what fails is made smaller: the faults and hosts that it takes, at one instant', (t) => {
  const blown = Array.from({ length: 40 }, (_, seed) => blow(seed).storm);
  const storm = blown.find(({ hosts, faults }) => hosts.length > 2 && faults.length > 10);
  if (!storm) throw new Error('none is large enough');
  const [needed] = storm.hosts.slice(-1);
  const isFailing = ({ faults }: Storm): boolean =>
    faults.filter(({ command }) => command.kind === 'start' && command.host === needed?.name).length === 1 &&
    faults.some(({ command }) => command.kind === 'heal');
  const violation = new Violation('own', 'it started, and it healed');
  const { storm: small, tries } = shrink(storm, violation, (one) => (isFailing(one) ? violation : undefined));
  t.strictSame(
    small.faults.map(({ command }) => command.kind),
    ['start', 'heal'],
  );
  t.strictSame(
    small.hosts.map(({ name }) => name),
    [needed?.name],
  );
  t.equal(small.faults[0]?.at, small.faults[1]?.at);
  t.ok(tries <= 400);
  t.end();
});
