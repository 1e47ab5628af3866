// Routes, rules and static addresses of a daemon on a machine: there as MASTER, gone at the end, and nothing of an earlier
// run stays when it is not MASTER any more.

import t from 'tap';
import { eventually } from '../lab/eventually.js';
import { CONFIGURATION, Machine, noMachine, owner } from './machine.js';

const MORE = `virtual_routes {
        10.8.0.0/16 via 192.168.1.1 src 192.168.1.190
        blackhole 10.9.0.0/16 table 100
    }
    virtual_rules {
        from 192.168.1.190 lookup 100 priority 1000
    }`;
const STATICS = `
static_ipaddress {
    10.7.0.1/24 dev peer label peer:x
}
static_routes {
    10.6.0.0/16 via 10.7.0.2
}
`;

t.test('routes, rules and static addresses', { skip: noMachine }, async (t) => {
  const machine = await Machine.open();
  t.teardown(() => machine.close());
  const { namespace } = machine;
  const shown = async (): Promise<string> =>
    [
      await namespace.ip('route', 'show', 'table', 'all'),
      await namespace.ip('rule'),
      await namespace.ip('address'),
    ].join();
  const virtual = [
    /10\.8\.0\.0\/16 via 192\.168\.1\.1 .*src 192\.168\.1\.190/,
    /blackhole 10\.9\.0\.0\/16 table 100/,
    /1000:\sfrom 192\.168\.1\.190 lookup 100/,
  ];
  const fixed = [/10\.7\.0\.1\/24 .*peer:x/, /10\.6\.0\.0\/16 via 10\.7\.0\.2 dev peer/];

  await namespace.write(CONFIGURATION, owner({ more: MORE }) + STATICS);
  const job = await machine.serve('vrrpd');
  await eventually('the address is there', () => machine.holds());
  const there = await shown();
  for (const form of [...virtual, ...fixed]) t.match(there, form);
  t.strictSame(
    job.log.filter((line) => /refused|error/.test(line)),
    [],
  );

  await namespace.ip('address', 'delete', '192.168.1.190/32', 'dev', 'eth1');
  await eventually('the address is back', () => machine.holds());
  await eventually('the route is back', async () => (await shown()).includes('src 192.168.1.190'));
  await namespace.ip('address', 'delete', '10.7.0.1/24', 'dev', 'peer');
  await eventually('the static address is back', async () => (await shown()).includes('10.7.0.1/24'));
  await eventually('and its route', async () => (await shown()).includes('10.6.0.0/16'));

  await job.kill();
  for (const form of virtual) t.match(await shown(), form, 'after a crash it is all there');
  const backup = owner({ more: MORE }).replace('state MASTER', 'state BACKUP').replace('priority 255', 'priority 100');
  await namespace.write(CONFIGURATION, backup + STATICS);
  // As after another boot, or too long after the crash: what is fresh would be kept until another router is heard.
  await namespace.run('rm', '/run/vrrpd/state');
  const second = await machine.serve('vrrpd');
  const gone = await shown();
  for (const form of virtual) t.notMatch(gone, form, 'a BACKUP has none of it');
  for (const form of fixed) t.match(gone, form, 'what is static stays');
  t.match(await second.stop(), { code: 0 });
  const end = await shown();
  for (const form of [...virtual, ...fixed]) t.notMatch(end, form, 'and at the end nothing is left');
});
