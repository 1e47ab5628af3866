// A story on a network: what can't be carried out is found before anything happens, and each command does its work.

import t from 'tap';
import { examine, play, type Stage } from '../../src/sim/play.js';
import { readStory } from '../../src/sim/story.js';
import { configOf, instanceText, Pair, VIRTUAL } from './pair.js';

const HEAD = `
vrrp_script chk {
    script "/bin/true"
    interval 2
}
track_file hand {
    file /run/hand
    weight 1
}
vrrp_track_process web {
    process web
}
`;
const LINES = ['track_script {', 'chk weight -60', '}', 'track_file {', 'hand', '}', 'track_process {', 'web', '}'];

function aStage() {
  const pair = new Pair({ head: HEAD, lines: LINES });
  const commands: string[] = [];
  const stage: Stage = {
    network: pair.network,
    configOf: (file) => (file === 'lower.conf' ? configOf(instanceText('priority 10')) : undefined),
    onCommand: ({ kind }) => void commands.push(kind),
  };
  const tell = (text: string): void => {
    const { lines, problems } = readStory(text);
    t.strictSame([...problems, ...examine(lines, stage)], []);
    play(lines, stage);
  };
  return { pair, stage, tell, commands };
}

t.test('what can not be carried out is found with its line, and nothing has happened', (t) => {
  const { stage, pair } = aStage();
  for (const [text, words] of [
    ['stop lb9', 'there is no host lb9, only lb1, lb2'],
    ['cut lb1 lb9', 'there is no host lb9, only lb1, lb2, client'],
    ['stop client', 'there is no host client, only lb1, lb2'],
    ['link lb1 eth9 up', 'lb1 has no interface eth9, only eth0'],
    ['add lb2 10.0.0.7 eth9', 'lb2 has no interface eth9, only eth0'],
    ['check lb1 nope fails', 'lb1 has no vrrp_script nope, only chk'],
    ['file lb1 nope 1', 'lb1 has no track_file nope, only hand'],
    ['process lb1 nope 1', 'lb1 has no vrrp_track_process nope, only web'],
    ['failover lb1 nope', 'lb1 has no instance or group nope, only VI_1'],
    ['reload lb1 nope.conf', "nope.conf can't be used"],
  ] as const)
    t.strictSame(examine(readStory(`heal\n${text}`).lines, stage), [{ line: 2, column: 1, words }], text);
  t.strictSame(pair.happened, []);
  t.equal(pair.network.now, 0);
  t.end();
});

t.test('each command does its work', (t) => {
  const { pair, tell, commands } = aStage();
  const [lb1, lb2] = [pair.host('lb1'), pair.host('lb2')];
  const states = (): string => `${pair.state('lb1') ?? 'none'} ${pair.state('lb2') ?? 'none'}`;
  const after = (text: string, expected: string): void => {
    tell(text);
    t.equal(states(), expected, text.replaceAll('\n', ', '));
  };
  after('start\nrun 10', 'MASTER BACKUP');
  t.strictSame(commands, ['start', 'run'], 'each one is told');
  after('stop lb1\nrun 2', 'none MASTER');
  after('start lb1\nrun 10', 'MASTER BACKUP');
  after('kill lb1\nrun 5\nstart lb1\nrun 10', 'MASTER BACKUP');
  after('crash lb1\nrun 5', 'none MASTER');
  after('start\nrun 10', 'MASTER BACKUP');
  after('freeze lb1\nrun 5', 'MASTER MASTER');
  after('thaw lb1\nrun 1', 'MASTER BACKUP');
  after('stall lb1\nrun 5', 'MASTER MASTER');
  after('resume lb1\nrun 1', 'MASTER BACKUP');
  after('link lb1 eth0 down\nrun 1', 'FAULT BACKUP');
  after('link lb1 eth0 up\nrun 10', 'MASTER BACKUP');
  after('cut lb2 -> lb1\nrun 5', 'MASTER BACKUP');
  after('cut lb1 lb2\nrun 5', 'MASTER MASTER');
  after('heal\nrun 2', 'MASTER BACKUP');
  after('cut client lb1\nrun 1', 'MASTER BACKUP');
  t.equal(pair.client.answeredBy(VIRTUAL), undefined);
  after('heal\nrun 1', 'MASTER BACKUP');
  after('check lb1 chk fails\nrun 8', 'BACKUP MASTER');
  after('check lb1 chk succeeds\nrun 8', 'MASTER BACKUP');
  after('file lb1 hand -60\nrun 5', 'BACKUP MASTER');
  after('file lb1 hand 0\nrun 5', 'MASTER BACKUP');
  after('process lb1 web 0\nrun 2', 'FAULT MASTER');
  after('process lb1 web 1\nrun 10', 'MASTER BACKUP');
  after('delete lb1 10.0.0.100', 'MASTER BACKUP');
  t.equal(lb1.has(VIRTUAL), true, 'it is put back');
  tell('add lb2 10.0.0.100/24 eth0');
  t.equal(lb2.has(VIRTUAL), true);
  tell('delete lb2 10.0.0.100');
  t.equal(lb2.has(VIRTUAL), false, 'a BACKUP does not put it back');
  after('failover lb1 VI_1\nrun 10', 'BACKUP MASTER');
  after('failover lb2 VI_1\nrun 10', 'MASTER BACKUP');
  after('maintenance lb1 on\nrun 10', 'BACKUP MASTER');
  after('maintenance lb1 off\nrun 10', 'MASTER BACKUP');
  after('reload lb1 lower.conf\nrun 10', 'BACKUP MASTER');
  after('advert 10.0.0.9 vrid 51 priority 200 addresses 10.0.0.100\nrun 1', 'BACKUP BACKUP');
  after('run 10', 'BACKUP MASTER');
  tell('announce 10.0.0.100\nrun 1ms');
  t.equal(pair.client.answeredBy(VIRTUAL), undefined, 'a stranger has taken the client in');
  tell('delay 20ms jitter 5ms\nloss 50%\nduplicate 10%');
  const weather = { delay: 20_000, jitter: 5_000, loss: 0.5, duplication: 0.1 };
  for (const segment of pair.network.segments.values()) t.strictSame(segment.weather, weather);
  t.end();
});
