// `vrrpd simulate` as an operator types it: what it prints, its exit codes, and what it says of mistakes. It needs no root.

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { decodeIpv4Advert } from '../../src/packet/vrrp.js';
import { readPcap } from '../pcap.js';

const folder = mkdtempSync(join(tmpdir(), 'vd-'));
t.teardown(() => rmSync(folder, { recursive: true }));
const program = fileURLToPath(new URL('../../dist/vrrpd.cjs', import.meta.url));
const layout = (path: string): string => fileURLToPath(new URL(`../fixtures/layouts/${path}`, import.meta.url));
for (const node of ['01', '02'])
  writeFileSync(
    join(folder, `node${node}.conf`),
    readFileSync(layout(`1-mycat-haproxy-pair/keepalived-edu-haproxy-${node}.conf`)),
  );
const PAIR = ['node01.conf', 'node02.conf'];

interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(command: string, words: readonly string[]): Promise<Finished> {
  return new Promise((resolve) => {
    execFile(command, words, { cwd: folder, env: { ...process.env, NODE_OPTIONS: '' } }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    );
  });
}
const simulate = (...words: string[]): Promise<Finished> => run(process.execPath, [program, 'simulate', ...words]);

t.test('all stories of layout 1, in 80 columns', async (t) => {
  const { code, stdout, stderr } = await simulate(...PAIR);
  t.same({ code, stderr }, { code: 0, stderr: '' });
  for (const line of stdout.split('\n')) t.ok(line.length <= 80 && !/[^ -~]/.test(line), line);
  t.match(stdout, /^edu-haproxy-01 +node01\.conf\n +eth1 192\.168\.1\.1 \(made up\)\n/);
  t.match(stdout, /^node01\.conf: 1 warning, see vrrpd check$/m);
  t.equal(
    stdout.match(/INIT -> BACKUP/g)?.length,
    6,
    'the start is told once, then those of crash, stop and reboot-all',
  );
  t.match(stdout, /^crash: edu-haproxy-01 loses its power, and is switched on again\n +time +host +event\n/m);
  t.match(
    stdout,
    /^ *\d+\.\d{6} +edu-haproxy-02 +BACKUP -> MASTER +no advert from 192\.168\.1\.1 for\n +3\.563 s \(122 there, 112 here\)$/m,
  );
  const [, table = ''] = stdout.split(/^(?=story +hole at the client +address ends on +notes$)/m);
  t.match(table, /^crash +3\.56 s +edu-haproxy-02 +the protocol's own time with\n +advert_int 1$/m);
  t.match(table, /^check-fails +none +edu-haproxy-01 +chk_haproxy moves nothing:\n +120 against 112$/m);
  t.match(table, /killall/, 'and what a script that ends the daemon does');
});

t.test('one story, as JSON the same facts', async (t) => {
  const text = await simulate(...PAIR, '--story', 'stop');
  t.match(text.stdout, /is stopped\n[^]*\nstop +none +edu-haproxy-02/);
  t.notMatch(text.stdout, /loses power/);
  const { code, stdout } = await simulate(...PAIR, '--story=stop', '--json');
  t.equal(code, 0);
  t.match(JSON.parse(stdout), {
    hosts: [
      { name: 'edu-haproxy-01', daemon: 'vrrpd', file: 'node01.conf', interfaces: [{ addresses: ['192.168.1.1/24'] }] },
      { name: 'edu-haproxy-02' },
    ],
    stories: [
      { story: 'start' },
      {
        story: 'stop',
        acts: [
          {
            act: 'stop',
            transcript: [{ host: 'edu-haproxy-01', event: 'is stopped' }],
            outcomes: [{ address: '192.168.1.190', hole: 0, answeredBy: 'edu-haproxy-02' }],
          },
          { act: 'started', outcomes: [{ hole: 0 }] },
        ],
      },
    ],
  });
  t.notMatch(stdout, /1111/, 'no password');
});

t.test('both families with version 3, a link-local address first', async (t) => {
  const twice = [layout('7-dual-stack/instances.conf'), layout('7-dual-stack/instances.conf')];
  const { code, stdout, stderr } = await simulate(...twice, '--story=stop', '--pcap=dual.pcap');
  t.same({ code, stderr }, { code: 0, stderr: '' });
  for (const line of stdout.split('\n')) t.ok(line.length <= 80, line);
  t.match(stdout, /^ +eth0 192\.0\.2\.1 \(made up\), eth0 fe80::ff:fe00:1 \(made up\)$/m);
  t.match(stdout, /^stop +none +node1/m, 'of equal ones the higher address was MASTER');
  const fields = ['-Y', 'vrrp', '-T', 'fields', '-e', 'vrrp.typever', '-e', 'ipv6.dst', '-e', 'vrrp.checksum.status'];
  const shown = await run('tshark', ['-r', 'dual.pcap', '-o', 'vrrp.v3_checksum_as_in_v2:FALSE', ...fields]);
  const adverts = new Set(shown.stdout.trim().split('\n'));
  t.same([...adverts].sort(), ['49\t\t1', '49\tff02::12\t1'], '0x31, and tshark finds each advert good');
});

t.test('names of hosts', async (t) => {
  const first = async (...words: string[]): Promise<string[]> => {
    const { stdout } = await simulate(...words, '--story', 'stop', '--json');
    return (JSON.parse(stdout) as { hosts: { name: string }[] }).hosts.map(({ name }) => name);
  };
  t.same(await first('node01.conf', 'node01.conf'), ['node1', 'node2'], 'one file twice');
  writeFileSync(
    join(folder, 'both.conf'),
    'vrrp_instance V {\ninterface eth0\nvirtual_router_id 5\n@lb1 priority 120\nvirtual_ipaddress {\n10.0.0.1/24\n}\n}\n',
  );
  t.same(await first('both.conf', 'both.conf', '-i', 'lb1', '-i', 'lb2'), ['lb1', 'lb2'], 'what conditions ask for');
  const { stdout } = await simulate('both.conf', 'both.conf', '-i', 'lb1', '-i', 'lb2', '--story', 'stop');
  t.match(stdout, /BACKUP -> MASTER +no advert heard for .* \(120\s+here\)/, 'and they are carried out');
});

t.test('a peer that is keepalived', async (t) => {
  const { code, stdout } = await simulate(...PAIR, '--peer', 'keepalived', '--story', 'crash');
  t.equal(code, 0);
  t.match(stdout, /^edu-haproxy-02 +node02\.conf\n +keepalived 2\.2\.7, eth1 192\.168\.1\.2/m);
  t.match(stdout, /^crash +3\.56 s +edu-haproxy-02/m);
});

t.test("a story of one's own, and the hosts that it brings along", async (t) => {
  writeFileSync(join(folder, 'night.txt'), 'start\nrun 10 # calm\nlink edu-haproxy-01 eth1 down\nrun 10\n');
  const own = await simulate(...PAIR, '--story', 'night.txt');
  t.match(own, { code: 0, stderr: '', stdout: /^link edu-haproxy-01 +3\.\d\d s +edu-haproxy-02 .*\neth1 down/m });
  writeFileSync(join(folder, 'hosts.txt'), 'host a node01.conf\nhost b node02.conf keepalived\nstart\nrun 10\n');
  t.match(await simulate('--story', 'hosts.txt'), { code: 0, stdout: /^b +\S+node02\.conf\n +keepalived 2\.2\.7/m });
  t.match(await simulate(...PAIR, '--story', 'hosts.txt'), {
    code: 2,
    stderr:
      /^hosts\.txt:1:1: error there is no host a, only those of the command line: edu-haproxy-01, .*\nhosts\.txt:2:1:/,
  });
});

t.test('a story with mistakes', async (t) => {
  writeFileSync(join(folder, 'bad.txt'), 'start\n  crush lb1\nrun fast\n');
  t.match(await simulate(...PAIR, '--story', 'bad.txt'), {
    code: 2,
    stdout: '',
    stderr:
      /^bad\.txt:2:3: error "crush" is no command; .*\nbad\.txt:3:5: error "fast" is no time, such as 3\.5 or 200ms\n$/,
  });
  writeFileSync(
    join(folder, 'bad.txt'),
    'crash lb1\nreload edu-haproxy-01 none.conf\ncheck edu-haproxy-02 chk fails\n',
  );
  t.match(await simulate(...PAIR, '--story', 'bad.txt'), {
    code: 2,
    stderr: new RegExp(
      [
        '^bad.txt:1:1: error there is no host lb1, only edu-haproxy-01, edu-haproxy-02',
        "bad.txt:2:1: error none.conf can't be used",
        'bad.txt:3:1: error edu-haproxy-02 has no vrrp_script chk, only chk_haproxy\n$',
      ].join('\n'),
    ),
  });
});

t.test('what can not be simulated', async (t) => {
  writeFileSync(join(folder, 'empty.conf'), 'global_defs {\n}\n');
  const cases: [words: string[], code: number, stderr: RegExp][] = [
    [[], 1, /needs the files of two hosts or more/],
    [PAIR.slice(1), 1, /needs the files of two hosts or more/],
    [['empty.conf', 'empty.conf'], 1, /these files have no virtual address/],
    [[...PAIR, 'none.conf'], 6, /no configuration file none\.conf/],
    [
      [...PAIR, '--story', 'crush'],
      6,
      /^crush is no story \(crash, restart, stop, .*, all\), and no file that can be read\n$/,
    ],
    [[...PAIR, '--pcap', 'run.pcap'], 1, /name one with --story/],
    [[...PAIR, '--story', 'crash', '--pcap', 'none/run.pcap'], 1, /--pcap: ENOENT/],
    [[...PAIR, '--seed', 'x'], 1, /--seed: a whole number/],
    [[...PAIR, '-i', 'a', '-i', 'b', '-i', 'c'], 1, /--config-id: give it once, or once for each file/],
    [[...PAIR, '--peer', 'frr'], 1, /Choices: "keepalived"/],
    [
      [layout('damaged/copied-from-a-web-page.conf'), ...PAIR],
      2,
      /:11:5: error unknown-keyword.*\n[^]*first mend the errors/,
    ],
  ];
  for (const [words, code, stderr] of cases)
    t.match(await simulate(...words), { code, stdout: '', stderr }, words.join(' '));
});

t.test('nobody has an address: no story is played', async (t) => {
  const text = readFileSync(join(folder, PAIR[0] ?? ''), 'utf8');
  writeFileSync(
    join(folder, 'gone.conf'),
    text.replace('eth1', 'eth1\n    track_interface { eth2 }').replace('weight 2', ''),
  );
  writeFileSync(
    join(folder, 'dark.txt'),
    'check node1 chk_haproxy fails\ncheck node2 chk_haproxy fails\nstart\nrun 10\n',
  );
  const { code, stdout } = await simulate('gone.conf', 'gone.conf', '--story', 'dark.txt');
  t.equal(code, 0);
  t.match(stdout, /not over +nobody +node1 is in FAULT;\n.* node2 is in FAULT/);
});

t.test('a capture that other programs read', async (t) => {
  const { code } = await simulate(...PAIR, '--story', 'crash', '--pcap', 'run.pcap');
  t.equal(code, 0);
  const frames = readPcap(readFileSync(join(folder, 'run.pcap')));
  const adverts = frames.flatMap(({ payload }) => {
    const received = payload[9] === 112 ? decodeIpv4Advert(payload) : undefined;
    return received?.kind === 'advert' && received.checksumValid ? [received.advert.priority] : [];
  });
  t.same([...new Set(adverts)], [122, 112], 'first the one, then the other');
  const stamps = frames.map(({ at }) => at);
  t.same(
    stamps,
    stamps.toSorted((a, b) => a - b),
    'in the order of time',
  );
  const shown = await run('tshark', [
    '-r',
    'run.pcap',
    '-o',
    'ip.check_checksum:TRUE',
    '-Y',
    'vrrp.checksum.status == 1',
  ]);
  t.equal(shown.stdout.trim().split('\n').length, adverts.length, 'tshark finds each advert good');
});

t.test('chance is in the hands of --seed', async (t) => {
  writeFileSync(join(folder, 'rain.txt'), 'start\nrun 10\nloss 60%\nrun 10m\n');
  const rain = async (seed: string): Promise<string> =>
    (await simulate(...PAIR, '--story', 'rain.txt', '--seed', seed)).stdout;
  const once = await rain('1');
  t.equal(await rain('1'), once);
  t.not(await rain('2'), once);
});
