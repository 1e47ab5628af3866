// The transcript: which lines it has, in whose words, and that none is wider than 80 columns.

import t from 'tap';
import { readStory } from '../../src/sim/story.js';
import { renderTranscript, Transcript, type TranscriptLine } from '../../src/sim/transcript.js';
import { instant, seconds } from '../../src/time.js';
import { Network } from '../../src/sim/network.js';
import { planNetwork } from '../../src/sim/plan.js';
import { play } from '../../src/sim/play.js';
import { Random } from '../../src/sim/random.js';
import { configOf, instanceText } from './pair.js';

const line = (words: string, host = 'lb1', at = seconds(1)): TranscriptLine => ({ at: instant(at), host, words });

t.test('a head, the time in seconds, the host, the words', (t) => {
  t.strictSame(
    renderTranscript([line('is started', 'all', seconds(0)), line('stands still', 'a-longer-one', seconds(12.5))]),
    [
      '     time  host           event',
      ' 0.000000  all            is started',
      '12.500000  a-longer-one   stands still',
    ],
  );
  t.end();
});

t.test('no line is wider than 80 columns, and no word is lost or broken', (t) => {
  const random = new Random(5);
  for (let round = 0; round < 200; round += 1) {
    const words = Array.from({ length: random.between(1, 40) }, () => 'x'.repeat(random.between(1, 14)));
    const host = 'h'.repeat(random.between(2, 20));
    const [, ...lines] = renderTranscript([line(words.join(' '), host)]);
    if (lines.some((one) => one.length > 80)) t.fail(`too wide: ${lines.join('\n')}`);
    const found = lines.join(' ').trim().split(/\s+/).slice(2);
    if (found.join(' ') !== words.join(' ')) t.fail(`words are lost: ${lines.join('\n')}`);
  }
  t.strictSame(
    renderTranscript([line('y'.repeat(100))]).slice(1),
    [` 1.000000  lb1    ${'y'.repeat(100)}`],
    'a word that is too long stays whole',
  );
  t.equal(renderTranscript([line(`${'a '.repeat(29)}ends`)]).length, 2, 'a line that just fits stays one');
  t.strictSame(
    renderTranscript([line(`${'a '.repeat(29)}ended`)]).slice(1),
    [` 1.000000  lb1    ${'a '.repeat(29).trim()}`, `${' '.repeat(20)}ended`],
    'the lines after the first begin further in',
  );
  t.strictSame(renderTranscript([line('BACKUP -> MASTER   three spaces')]).slice(1), [
    ' 1.000000  lb1    BACKUP -> MASTER   three spaces',
  ]);
  t.end();
});

/** What is told of a story played on a pair, without the times. */
function told(text: string, more = ''): string[] {
  const hosts = [150, 100].map((priority, index) => {
    const config = configOf(`${more}${instanceText(`priority ${priority}`)}`);
    return { name: `lb${index + 1}`, daemon: 'vrrpd' as const, config };
  });
  const transcript = new Transcript(() => network.now);
  const network: Network = new Network({
    ...planNetwork(hosts),
    random: new Random(1),
    watch: (happening) => transcript.watch(happening),
  });
  const { lines, problems } = readStory(text);
  t.strictSame(problems, []);
  play(lines, { network, configOf: () => hosts[1]?.config, onCommand: (command) => transcript.command(command) });
  return transcript.lines.map(({ host, words }) => `${host}: ${words}`);
}

t.test('transitions with their reasons, who answers, and how long nobody did', (t) => {
  t.strictSame(told('start\nrun 10\ncrash lb1\nrun 5\nstart lb1'), [
    'all: are started',
    'lb1: INIT -> BACKUP   started',
    'lb2: INIT -> BACKUP   started',
    'lb1: BACKUP -> MASTER   no advert heard for 3.414 s (150 here)',
    'client: 10.0.0.100 is answered by lb1, after 3.414 s',
    'lb1: loses power',
    'client: 10.0.0.100 is answered by nobody',
    'lb2: BACKUP -> MASTER   no advert from 10.0.0.1 for 3.609 s (150 there, 100 here)',
    'client: 10.0.0.100 is answered by lb2, after 3.024 s',
    'lb1: is started',
    'lb1: INIT -> BACKUP   started',
  ]);
  t.end();
});

t.test('a stop ends in INIT, and a killed daemon is forgotten', (t) => {
  t.strictSame(told('start lb1\nrun 5\nstop lb1\nrun 3\nstart lb1\nkill lb1\nstart lb1').slice(5), [
    'lb1: Giving up the addresses: stopped; they stay until another router announces them',
    'client: its connection to 10.0.0.100 is reset by lb1',
    'lb1: connections of the addresses that left: 1 reset',
    'lb1: MASTER -> STOP   stopped',
    'client: 10.0.0.100 is answered by nobody',
    'lb1: is started',
    'lb1: INIT -> BACKUP   started',
    'lb1: its daemon is killed',
    'lb1: is started',
    'lb1: INIT -> BACKUP   started',
  ]);
  t.end();
});

t.test('an address that goes to and fro between two has one line for that', (t) => {
  t.strictSame(told('start\nrun 10\ncut lb1 lb2\nrun 60\nheal').slice(5), [
    'network: lb1 <-> lb2 is cut',
    'lb2: BACKUP -> MASTER   no advert from 10.0.0.1 for 3.609 s (150 there, 100 here)',
    'client: 10.0.0.100 is answered by lb2',
    'client: 10.0.0.100 is answered by lb1',
    'client: 10.0.0.100 is answered by lb1 and lb2 in turn',
    'network: all is connected again',
  ]);
  t.end();
});

t.test('of several instances each line has the name', (t) => {
  const other = 'vrrp_instance VI_2 {\ninterface eth0\nvirtual_router_id 52\nvirtual_ipaddress {\n10.0.0.102\n}\n}\n';
  t.strictSame(told('start lb1', other).slice(1), [
    'lb1: (VI_2) INIT -> BACKUP   started',
    'lb1: (VI_1) INIT -> BACKUP   started',
  ]);
  t.end();
});

t.test('each command in words; time that passes has none', (t) => {
  const commands = [
    ['run 1', undefined],
    ['stop lb1', 'lb1: is stopped'],
    ['start lb1 keepalived', 'lb1: is started with keepalived'],
    ['freeze lb1', 'lb1: stands still'],
    ['thaw lb1', 'lb1: goes on'],
    ['stall lb1', 'lb1: its daemon stands still'],
    ['resume lb1', 'lb1: its daemon goes on'],
    ['kill lb1', 'lb1: its daemon is killed'],
    ['link lb1 eth0 down', 'lb1: the cable of eth0 is pulled'],
    ['link lb1 eth0 up', 'lb1: the cable of eth0 is plugged'],
    ['cut lb1 lb2', 'network: lb1 <-> lb2 is cut'],
    ['cut lb1 -> lb2', 'network: lb1 -> lb2 is cut'],
    ['heal', 'network: all is connected again'],
    ['check lb1 chk fails', 'lb1: from its next run on chk fails'],
    ['file lb1 hand 5', 'lb1: hand holds 5'],
    ['process lb1 web 2', 'lb1: web counts 2'],
    ['delete lb1 10.0.0.100', 'lb1: somebody deletes 10.0.0.100'],
    ['add lb1 10.0.0.100/24 eth0', 'lb1: somebody adds 10.0.0.100/24 to eth0'],
    ['delay 20ms', 'network: packets take 20 ms'],
    ['delay 20ms jitter 5ms', 'network: packets take 20 ms to 25 ms'],
    ['loss 10%', 'network: 10 % of the packets are lost'],
    ['duplicate 10%', 'network: 10 % of the packets come twice'],
    ['failover lb1 VI_1', 'lb1: vrrpd failover VI_1'],
    ['maintenance lb1 on', 'lb1: vrrpd maintenance on'],
    ['reload lb1 new.conf', 'lb1: reload of new.conf'],
    [
      'advert 10.0.0.9 vrid 51 priority 7 ttl 1 password x addresses 10.0.0.1,10.0.0.2',
      '10.0.0.9: a foreign advert: VRID 51, priority 7, TTL 1, password x, for 10.0.0.1, 10.0.0.2',
    ],
  ] as const;
  for (const [text, words] of commands) {
    const transcript = new Transcript(() => instant(0));
    for (const { command } of readStory(text).lines) transcript.command(command);
    t.strictSame(
      transcript.lines.map((one) => `${one.host}: ${one.words}`),
      words === undefined ? [] : [words],
      text,
    );
  }
  t.end();
});
