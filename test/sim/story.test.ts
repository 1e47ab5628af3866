// The language of stories: each command, each way to get it wrong with its line and column, and any text at all.

import t from 'tap';
import { readStory, type Command } from '../../src/sim/story.js';
import { Random } from '../../src/sim/random.js';
import { milliseconds, seconds } from '../../src/time.js';
import { ip } from './pair.js';

/** Each command, and what it is read as. */
const COMMANDS: readonly (readonly [string, Command])[] = [
  ['start', { kind: 'start' }],
  ['start lb1', { kind: 'start', host: 'lb1' }],
  ['start lb1 vrrpd', { kind: 'start', host: 'lb1', daemon: 'vrrpd' }],
  ['start lb1 keepalived', { kind: 'start', host: 'lb1', daemon: 'keepalived' }],
  ['stop lb1', { kind: 'stop', host: 'lb1' }],
  ['kill lb1', { kind: 'kill', host: 'lb1' }],
  ['crash lb1', { kind: 'crash', host: 'lb1' }],
  ['freeze lb1', { kind: 'freeze', host: 'lb1' }],
  ['thaw lb1', { kind: 'thaw', host: 'lb1' }],
  ['stall lb1', { kind: 'stall', host: 'lb1' }],
  ['resume lb1', { kind: 'resume', host: 'lb1' }],
  ['run 3', { kind: 'run', duration: seconds(3) }],
  ['run 0.5s', { kind: 'run', duration: milliseconds(500) }],
  ['run 200ms', { kind: 'run', duration: milliseconds(200) }],
  ['run 2m', { kind: 'run', duration: seconds(120) }],
  ['run 24h', { kind: 'run', duration: seconds(86_400) }],
  ['link lb1 eth0 down', { kind: 'link', host: 'lb1', interface: 'eth0', up: false }],
  ['link lb1 eth0 up', { kind: 'link', host: 'lb1', interface: 'eth0', up: true }],
  ['cut lb1 lb2', { kind: 'cut', from: 'lb1', to: 'lb2', oneWay: false }],
  ['cut lb1 -> lb2', { kind: 'cut', from: 'lb1', to: 'lb2', oneWay: true }],
  ['heal', { kind: 'heal' }],
  ['check lb1 chk fails', { kind: 'check', host: 'lb1', script: 'chk', end: 'fails' }],
  ['check lb1 chk succeeds', { kind: 'check', host: 'lb1', script: 'chk', end: 'succeeds' }],
  ['check lb1 chk hangs', { kind: 'check', host: 'lb1', script: 'chk', end: 'hangs' }],
  ['file lb1 hand -60', { kind: 'file', host: 'lb1', name: 'hand', value: -60 }],
  ['process lb1 web 0', { kind: 'process', host: 'lb1', name: 'web', count: 0 }],
  ['delete lb1 10.0.0.100', { kind: 'delete', host: 'lb1', address: ip('10.0.0.100') }],
  [
    'add lb1 10.0.0.100/24 eth0',
    { kind: 'add', host: 'lb1', prefix: { address: ip('10.0.0.100'), length: 24 }, interface: 'eth0' },
  ],
  ['delay 20ms', { kind: 'weather', change: { delay: milliseconds(20), jitter: milliseconds(0) } }],
  ['delay 20ms jitter 5ms', { kind: 'weather', change: { delay: milliseconds(20), jitter: milliseconds(5) } }],
  ['loss 12.5%', { kind: 'weather', change: { loss: 0.125 } }],
  ['duplicate 100%', { kind: 'weather', change: { duplication: 1 } }],
  ['failover lb1 VI_1', { kind: 'failover', host: 'lb1', name: 'VI_1' }],
  ['maintenance lb1 on', { kind: 'maintenance', host: 'lb1', on: true }],
  ['maintenance lb1 off', { kind: 'maintenance', host: 'lb1', on: false }],
  ['reload lb1 other.conf', { kind: 'reload', host: 'lb1', file: 'other.conf' }],
  [
    'advert 10.0.0.9 vrid 51',
    {
      kind: 'advert',
      advert: {
        version: 2,
        source: ip('10.0.0.9'),
        virtualRouterId: 51,
        priority: 100,
        interval: seconds(1),
        ttl: 255,
        addresses: [],
      },
    },
  ],
  [
    'advert 10.0.0.9 on eth1 addresses 10.0.0.1,10.0.0.2 password x ttl 1 interval 3 priority 0 vrid 255',
    {
      kind: 'advert',
      advert: {
        version: 2,
        source: ip('10.0.0.9'),
        virtualRouterId: 255,
        priority: 0,
        interval: seconds(3),
        ttl: 1,
        addresses: [ip('10.0.0.1'), ip('10.0.0.2')],
        password: 'x',
        segment: 'eth1',
      },
    },
  ],
  [
    'advert fe80::9 vrid 51 interval 10ms to fe80::1 addresses 2001:db8::1',
    {
      kind: 'advert',
      advert: {
        ...{ version: 3, source: ip('fe80::9'), to: ip('fe80::1'), virtualRouterId: 51, priority: 100, ttl: 255 },
        ...{ interval: milliseconds(10), addresses: [ip('2001:db8::1')] },
      },
    },
  ],
];

t.test('each command', (t) => {
  for (const [text, command] of COMMANDS)
    t.strictSame(readStory(text), { hosts: [], lines: [{ line: 1, command }], problems: [] }, text);
  t.end();
});

t.test('comments, empty lines and other white space; lines are counted from 1', (t) => {
  const story = readStory('# a story\n\n  heal   # again\n\theal\r\n   \nrun 1#\n');
  t.strictSame(
    story.lines.map(({ line, command }) => [line, command.kind]),
    [
      [3, 'heal'],
      [4, 'heal'],
      [6, 'run'],
    ],
  );
  t.strictSame(story.problems, []);
  t.end();
});

t.test('hosts that a story brings along', (t) => {
  const { hosts, problems } = readStory('host lb1 a.conf\nhost lb2 b.conf keepalived\nhost lb3 b.conf vrrpd\n');
  t.strictSame(hosts, [
    { line: 1, name: 'lb1', file: 'a.conf', daemon: 'vrrpd' },
    { line: 2, name: 'lb2', file: 'b.conf', daemon: 'keepalived' },
    { line: 3, name: 'lb3', file: 'b.conf', daemon: 'vrrpd' },
  ]);
  t.strictSame(problems, []);
  t.end();
});

/** A line that can't be read, the column of the problem, and words of it. */
const MISTAKES: readonly (readonly [string, number, string])[] = [
  ['dance', 1, '"dance" is no command; there are host, start, run'],
  ['toString', 1, '"toString" is no command'],
  ['  constructor lb1', 3, '"constructor" is no command'],
  ['run', 4, 'time, such as 3.5 or 200ms is missing'],
  ['run soon', 5, '"soon" is no time'],
  ['run 25h', 5, '"25h" is no time'],
  ['run -1', 5, '"-1" is no time'],
  ['run 1 2', 7, 'more words'],
  ['heal lb1', 6, 'more words'],
  ['stop', 5, 'name of a host is missing'],
  ['stop lb1 lb2', 10, 'more words'],
  ['start lb1 frr', 11, '"frr" is no vrrpd or keepalived'],
  ['start lb1 vrrpd now', 17, 'more words'],
  ['link lb1 eth0', 14, 'up or down is missing'],
  ['link lb1 eth0 left', 15, '"left" is no up or down'],
  ['cut lb1', 8, 'name of a host is missing'],
  ['cut lb1 ->', 11, 'name of a host is missing'],
  ['cut lb1 lb2 lb3', 13, 'more words'],
  ['check lb1 chk', 14, 'succeeds or fails or hangs is missing'],
  ['check lb1 chk dies', 15, '"dies" is no succeeds or fails or hangs'],
  ['file lb1 hand 1.5', 15, '"1.5" is no number'],
  ['process lb1 web many', 17, '"many" is no number'],
  ['delete lb1 nowhere', 12, '"nowhere" is no address'],
  ['add lb1 10.0.0.1/33 eth0', 9, '"10.0.0.1/33" is no address'],
  ['add lb1 10.0.0.1', 17, 'interface is missing'],
  ['delay 1 jitter', 15, 'time is missing'],
  ['loss 5', 6, '"5" is no share'],
  ['loss 101%', 6, '"101%" is no share'],
  ['duplicate', 10, 'share, such as 10% is missing'],
  ['failover lb1', 13, 'instance or group is missing'],
  ['maintenance lb1 maybe', 17, '"maybe" is no on or off'],
  ['reload lb1', 11, 'file is missing'],
  ['advert here', 8, '"here" is no address'],
  ['advert 10.0.0.9', 16, 'vrid is missing'],
  ['advert 10.0.0.9 vrid 0', 22, '"0" is no number from 1 to 255'],
  ['advert 10.0.0.9 vrid 256', 22, '"256" is no number'],
  ['advert 10.0.0.9 colour red', 17, '"colour" is no version or to or vrid or priority'],
  ['advert 10.0.0.9 vrid 5 priority 256', 33, '"256" is no number from 0 to 255'],
  ['advert 10.0.0.9 vrid 5 addresses 10.0.0.1,x', 34, '"10.0.0.1,x" is no list of addresses'],
  ['advert 10.0.0.9 vrid 5 addresses fe80::1', 34, '"fe80::1" is no list of addresses of its family'],
  ['advert 10.0.0.9 vrid 5 to fe80::1', 27, '"fe80::1" is no address of its family'],
  ['host', 5, 'new name of a host is missing'],
  ['host lb1', 9, 'file is missing'],
  ['host lb1 a.conf frr', 17, '"frr" is no vrrpd or keepalived'],
];

t.test('each mistake, with its line and column', (t) => {
  for (const [text, column, words] of MISTAKES) {
    const { lines, hosts, problems } = readStory(`heal\n${text}   # so\nheal`);
    t.equal(lines.length, 2, `${text}: the other lines are read`);
    t.equal(hosts.length, 0);
    t.match(problems, [{ line: 2, column, words }], text);
    t.equal(problems.length, 1);
  }
  t.end();
});

t.test('two hosts have two names', (t) => {
  const { hosts, problems } = readStory('host lb1 a.conf\nhost lb1 b.conf');
  t.equal(hosts.length, 1);
  t.match(problems, [{ line: 2, column: 6, words: '"lb1" is no new name of a host' }]);
  t.end();
});

t.test('whatever the text is, nothing is thrown, and each line is read or told, once', (t) => {
  const words = [
    ...COMMANDS.flatMap(([text]) => text.split(' ')),
    ...['', '#', '\t', '->', '%', '1e9', '-0', '__proto__', 'ä', '\u0000', '999999999999', '::1', '10.0.0.1/'],
  ];
  const nonsense = (random: Random): string => random.list(7, () => random.pick(words)).join(' ');
  const nearly = (random: Random): string => {
    const line = random.pick(COMMANDS)[0].split(' ');
    if (random.chance(2)) line.splice(random.below(line.length), random.below(2), random.pick(words));
    return line.join(' ');
  };
  let read = 0;
  for (let seed = 1; seed <= 1_000; seed += 1) {
    const random = new Random(seed);
    const text = random.list(6, () => (random.chance(2) ? nonsense(random) : nearly(random))).join('\n');
    const { hosts, lines, problems } = readStory(text);
    const told = [...hosts, ...lines, ...problems].map(({ line }) => line);
    if (new Set(told).size !== told.length) t.fail(`seed ${seed}: a line is told twice`);
    const written = text.split('\n');
    for (const { line, column } of problems)
      if (column < 1 || column > (written[line - 1] ?? '').length + 1) t.fail(`seed ${seed}: column ${column}`);
    const filled = written.filter((line) => line.replace(/#.*/, '').trim() !== '').length;
    if (filled !== told.length) t.fail(`seed ${seed}: ${filled} lines, ${told.length} told`);
    read += lines.length;
  }
  t.ok(read > 500, `${read} of the lines made sense`);
  t.end();
});
