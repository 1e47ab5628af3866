// keepalived's options as getopt_long(3) reads them, turned into long ones.

import t from 'tap';
import {
  facilityNumber,
  KEEPALIVED_OPTIONS,
  refusals,
  withLongOptions,
  withoutMeaning,
} from '../../src/cli/options.js';

const long = (line: string): string => withLongOptions(line.split(' ').filter(Boolean)).join(' ');

t.test('short options, alone, combined and with their values', (t) => {
  const cases: [string, string][] = [
    ['', ''],
    ['-n', '--dont-fork'],
    ['-nlD', '--dont-fork --log-console --log-detail'],
    ['-lnP', '--log-console --dont-fork --vrrp'],
    ['-f FILE', '--use-file=FILE'],
    ['-f/etc/x', '--use-file=/etc/x'],
    ['-fx.conf', '--use-file=x.conf'],
    ['-nDf x -l', '--dont-fork --log-detail --use-file=x --log-console'],
    ['-f -n', '--use-file=-n'],
    ['-p a -r b -S 7', '--pid=a --vrrp_pid=b --log-facility=7'],
    ['-Slocal3', '--log-facility=local3'],
    ['-t', '--config-test'],
    ['-t -f x', '--config-test --use-file=x'],
    ['-tout', '--config-test=out'],
    ['-nt', '--dont-fork --config-test'],
    ['-v', '--version'],
    ['-h', '--help'],
  ];
  for (const [given, expected] of cases) t.equal(long(given), expected, given);
  t.end();
});

t.test('long options and other words', (t) => {
  const cases: [string, string][] = [
    ['--use-file FILE', '--use-file=FILE'],
    ['--use-file=FILE', '--use-file=FILE'],
    ['--use-file -n', '--use-file=-n'],
    ['--config-test', '--config-test'],
    ['--config-test=out', '--config-test=out'],
    ['--no-syslog', '--no-syslog'],
    ['--no_bfd --signum=JSON', '--no_bfd --signum=JSON'],
    ['check a.conf', 'check a.conf'],
    ['status --json', 'status --json'],
    ['-- -n', '-- -n'],
    ['-', '-'],
    ['-Z', '-Z'],
    ['-nZ', '--dont-fork -Z'],
  ];
  for (const [given, expected] of cases) t.equal(long(given), expected, given);
  t.end();
});

t.test('every option of keepalived 2.2.7 is known', (t) => {
  const letters = 'fPCBlDSGuXVIRndprTcabxAsmMeitvh';
  const known = new Set(Object.values(KEEPALIVED_OPTIONS).flatMap(({ short }) => short ?? []));
  for (const letter of letters) t.ok(known.has(letter), letter);
  t.equal(known.size, letters.length, 'and no letter stands for two');
  for (const name of ['all', 'signum']) t.ok(KEEPALIVED_OPTIONS[name], name);
  t.end();
});

t.test('facilities as -S takes them, and options that can not be obeyed', (t) => {
  for (const [word, number] of [
    ['3', 19],
    ['local7', 23],
    ['daemon', 3],
    ['user', 1],
    ['8', undefined],
    ['nonsense', undefined],
  ] as const)
    t.equal(facilityNumber(word), number, word);
  t.match(refusals({ namespace: 'blue', snmp: true }), [/^--namespace: /]);
  t.same(withoutMeaning({ namespace: 'blue', snmp: true, 'log-detail': true }), ['--snmp']);
  t.end();
});
