// What `vrrpd simulate` finds out about the layouts that people run, and about pairs that have something wrong: holes,
// who has the address, and the notes; and which stories are played at all.

import { readFileSync } from 'node:fs';
import t from 'tap';
import type { NamedHost } from '../../src/sim/plan.js';
import { planProgramme, playTale } from '../../src/sim/programme.js';
import { actsOf, STORIES } from '../../src/sim/stories.js';
import { readStory } from '../../src/sim/story.js';
import { renderSummary } from '../../src/sim/summary.js';
import { factsOf, hostsOf, layout, LAYOUTS, planOf, play } from './playing.js';

const [FIRST, SECOND] = ['01', '02'].map((node) =>
  readFileSync(new URL(`1-mycat-haproxy-pair/keepalived-edu-haproxy-${node}.conf`, LAYOUTS), 'utf8'),
) as [string, string];

const OWN = "the protocol's own time with advert_int 1";

t.test('layout 1: a failing check moves nothing, and nopreempt leaves the address on the second host', (t) => {
  t.same(factsOf(play(hostsOf(FIRST, SECOND))), {
    start: `3524 ms; n1; ${OWN}`,
    crash: `3563 ms; n2; ${OWN}`,
    'crash, back': '0 ms; n2; n1 has 122 against 112, but nopreempt',
    restart: '0 ms; n1',
    stop: '0 ms; n2',
    'stop, started': '0 ms; n2; n1 has 122 against 112, but nopreempt',
    link: `3563 ms; n2; ${OWN}`,
    'link, plugged': '0 ms; n2; n1 has 122 against 112, but nopreempt',
    'check-fails': '0 ms; n1; chk_haproxy moves nothing: 120 against 112',
    'check-fails, succeeds': '0 ms; n1',
    freeze: `3563 ms; n2; ${OWN}`,
    'freeze, goes on': '0 ms; n2; n1 has 122 against 112, but nopreempt',
    partition: '0 ms; n1+n2; n1 and n2 have it at once',
    'partition, healed': '0 ms; n1; two hosts had it for 568 ms',
    'second-owner': '0 ms; n1+n2; n1 and n2 have it at once',
    'second-owner, deleted': '0 ms; n1',
    'reboot-all': `3523 ms; n1; ${OWN}`,
  });
  t.end();
});

t.test('layout 1 with weight -20 on both and no nopreempt: the check moves the address', (t) => {
  const texts = [FIRST, SECOND].map((text) => text.replace('weight 2', 'weight -20').replace('nopreempt', ''));
  const [, fails, succeeds, ...more] = play(hostsOf(...texts), ['check-fails']);
  t.same(more, []);
  t.same(factsOf([fails, succeeds].filter((one) => one !== undefined)), {
    'check-fails': '0 ms; n2; n2 takes it: 110 against 100',
    'check-fails, succeeds': '0 ms; n1; n1 takes it: 120 against 110',
  });
  t.end();
});

t.test('layouts 2, 3 and 5', (t) => {
  const two = play(layout('2-lvs-mysql/keepalived-master.conf', '2-lvs-mysql/keepalived-backup.conf'));
  t.match(factsOf(two), {
    stop: '0 ms; n2',
    'stop, started': '0 ms; n1; n1 takes it: 180 against 150',
    'crash, back': '0 ms; n1; n1 takes it: 180 against 150',
  });
  t.equal(two.filter(({ act }) => act.title === 'check-fails').length, 0, 'it has no check');
  for (const { outcomes } of two) t.equal(outcomes.length, 2, 'both addresses');

  const three = play(layout('3-haproxy-notify/keepalived-node1.conf', '3-haproxy-notify/keepalived-node2.conf'));
  t.match(factsOf(three), {
    stop: '0 ms; n2',
    'stop, started': /nopreempt$/,
    'check-fails': '0 ms; n1; chk_haproxy moves nothing: 150 against 102',
  });

  const container = '5-docker-haproxy/keepalived-container.conf';
  t.match(factsOf(play(layout(container, container))), {
    start: /^3609 ms; n2;/,
    stop: '0 ms; n1',
    'stop, started': '0 ms; n1',
    'partition, healed': '0 ms; n2; two hosts had it for 615 ms',
  });
  const withHost = play(layout(container, container, '5-docker-haproxy/keepalived-host.conf'), ['crash']);
  t.same(
    withHost.map(({ act }) => act.title),
    ['start', 'crash of n2', '  back', 'crash of n3', '  back'],
    'the host around the containers has an address of its own',
  );
  t.end();
});

t.test('a pair that does not agree says why', (t) => {
  const [start, crash] = play(hostsOf(FIRST, SECOND.replace('1111', '2222')), ['crash']);
  const facts = factsOf([start, crash].filter((one) => one !== undefined));
  t.match(facts.start, /n1 drops the others' adverts: password; n2 drops .*: password; n1 and n2 have it at once/);
  t.notMatch(facts.crash, /drops/, 'it is told once');
  t.match(facts.crash, /a host had it that the clients did not ask \(ARP\)$/);
  t.end();
});

t.test('nobody takes over', (t) => {
  const text = FIRST.replace('interval 2', 'interval 2\n    init_fail').replace('weight 2', '');
  const { start, tales } = planProgramme(planOf(hostsOf(text, FIRST.replace('192.168.1.190', '10.0.0.1'))), STORIES);
  t.ok(tales.length > 0);
  t.equal(start.outcomes.length, 2);
  const [, crash] = play(hostsOf(FIRST, FIRST.replaceAll('91', '92').replace('192.168.1.190', '10.0.0.1')), ['crash']);
  t.match(crash?.outcomes[0], { answeredBy: undefined, after: [] });
  t.match(crash && renderSummary([crash]).join('\n'), /192\.168\.1\.190 +not over +nobody$/m);
  t.end();
});

t.test('a peer that is keepalived: its priorities are known too', (t) => {
  const hosts = hostsOf(FIRST, SECOND).map((host, index): NamedHost => ({
    ...host,
    daemon: index === 1 ? 'keepalived' : 'vrrpd',
  }));
  t.match(factsOf(play(hosts, ['stop', 'check-fails'])), {
    stop: '0 ms; n2',
    'check-fails': '0 ms; n1; chk_haproxy moves nothing: 120 against 112',
  });
  t.end();
});

t.test('three hosts: the best of the others takes over', (t) => {
  const third = SECOND.replace('priority 110', 'priority 100');
  t.match(factsOf(play(hostsOf(SECOND, FIRST.replace('nopreempt', ''), third), ['crash', 'partition'])), {
    start: /n2/,
    crash: /^3563 ms; n1;/,
    partition: /n1\+n2; n1 and n2 have it at once/,
  });
  t.end();
});

t.test('what is tracked: each check, process and interface is a story', (t) => {
  const text = (priority: number): string => `
vrrp_script one { script "/bin/true" }
vrrp_script unused { script "/bin/true" }
vrrp_track_process two { process x
weight -50 }
vrrp_instance V { interface eth0
virtual_router_id 5
priority ${priority}
track_script { one }
track_process { two }
track_interface { eth1 }
virtual_ipaddress { 10.0.0.1/24 } }`;
  const facts = factsOf(play(hostsOf(text(120), text(100)), ['link', 'check-fails']));
  t.match(facts, {
    'link eth0': /n2/,
    'link eth1': '0 ms; n2',
    'check-fails one': '0 ms; n2; n1 is in FAULT',
    'check-fails two': '0 ms; n2; n2 takes it: 100 against 70',
  });
  t.notOk('check-fails unused' in facts);
  t.end();
});

t.test("a story of one's own: an act is what is done between two times", (t) => {
  const { lines } = readStory('start\nrun 10\nkill n1\nrun 5\nrun 5\ndelay 1ms\nstart n1\nrun 10\nheal');
  const acts = actsOf(lines.map(({ line, command }) => ({ title: `line ${line}`, command })));
  t.same(
    acts.map(({ title, commands }) => [title, commands.length]),
    [
      ['line 1', 2],
      ['line 3', 3],
      ['line 6', 3],
      ['line 9', 1],
    ],
  );
  const played = playTale(planOf(hostsOf(FIRST, SECOND)), { name: 'own', title: 'own', acts });
  t.match(factsOf(played)['line 3'], /^0 ms; n1\+n2; n1 still has it, and no daemon runs there$/);
  t.end();
});

t.test('the table fits 80 columns, and says of which address it speaks where they differ', (t) => {
  const other = (state: string, priority: number, id: number, address: string): string => `
vrrp_instance V${id} { state ${state}
interface eth0
virtual_router_id ${id}
priority ${priority}
virtual_ipaddress { ${address}/24 } }`;
  const one = other('MASTER', 120, 5, '10.0.0.1') + other('BACKUP', 100, 6, '10.0.0.2');
  const two = other('BACKUP', 100, 5, '10.0.0.1') + other('MASTER', 120, 6, '10.0.0.2');
  const table = renderSummary(play(hostsOf(one, two), ['crash', 'check-fails']));
  for (const line of table) t.ok(line.length <= 80, line);
  const crash = table.findIndex((line) => line.startsWith('crash of n2'));
  t.match(table[crash + 1], /^ {4}10\.0\.0\.2 +3\.61 s +n1 /, 'the other address is left out: nothing happens to it');
  t.end();
});
