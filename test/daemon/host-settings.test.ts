// What the daemon asks of its host beside addresses, on a machine: the firewall table of no_accept and its own priority, from
// the start over reloads to the stop, and after a crash.

import t from 'tap';
import { eventually } from '../lab/eventually.js';
import { noRealRoot } from '../lab/real-root.js';
import { CONFIGURATION, Machine, noMachine, VIP } from './machine.js';

const file = (global: string, instance: string): string => `
global_defs {
    ${global}
}
vrrp_instance VI_1 {
    interface eth1
    virtual_router_id 91
    priority 200
    version 3
    advert_int 0.1
    virtual_ipaddress {
        ${VIP}
    }
    ${instance}
}
`;

t.test('the firewall of no_accept', { skip: noMachine }, async (t) => {
  const machine = await Machine.open();
  t.teardown(() => machine.close());
  const table = async (): Promise<string> => (await machine.finish(['nft', 'list', 'ruleset'])).stdout;
  const isThere = async (): Promise<boolean> => (await table()).includes(`ip daddr ${VIP} counter`);
  const kill = async (): Promise<void> => {
    await machine.namespace.run('pkill', '-KILL', '-x', 'vrrpd');
    await eventually('its end', async () => (await machine.finish(['pgrep', '-x', 'vrrpd'])).code === 1);
  };

  await machine.namespace.write(CONFIGURATION, file('', 'no_accept'));
  await machine.serve('vrrpd');
  t.ok(await isThere(), 'it is there when the daemon has started');
  await eventually('the address', () => machine.holds());
  const reload = async (instance: string): Promise<void> => {
    await machine.namespace.write(CONFIGURATION, file('', instance));
    t.equal((await machine.finish(machine.command('vrrpd', 'reload'))).code, 0);
  };
  await reload('');
  await eventually('it goes with no_accept', async () => (await table()) === '');
  await reload('no_accept');
  await eventually('and comes with it', isThere);
  await kill();
  t.ok(await isThere(), 'what is killed leaves it');

  const job = await machine.serve('vrrpd');
  t.equal((await table()).match(/daddr/g)?.length, 1, 'the next one has it once');
  await job.stop();
  t.equal(await table(), '', 'what is stopped leaves nothing');
  await machine.serve('vrrpd');
  await eventually('the address', () => machine.holds());
  await kill();
  const { code, stdout } = await machine.finish(machine.command('vrrpd', 'cleanup'));
  t.equal(code, 0);
  t.match(stdout, /^removed what drops packets for no_accept$/m);
  t.equal(await table(), '');
});

t.test('its priority', { skip: noRealRoot }, async (t) => {
  const machine = await Machine.open();
  t.teardown(() => machine.close());
  const script = 'chk { script "/usr/bin/chrt --pid 0" interval 60 }';
  const tracked = 'track_script {\n chk\n }';
  const asked = file('vrrp_rt_priority 20\n vrrp_priority -5', tracked) + `vrrp_script ${script}`;
  await machine.namespace.write(CONFIGURATION, asked);
  const job = await machine.serve('vrrpd');
  const has = async (): Promise<string> =>
    (await machine.namespace.run('ps', '-C', 'vrrpd', '-o', 'cls=,rtprio=,ni=')).trim().replace(/ +/g, ' ');
  await eventually('it has what it asked for', async () => (await has()) === 'RR 20 -');
  await eventually('its script has none of it', async () =>
    /SCHED_OTHER[^]*priority: 0/.test(JSON.stringify((await machine.status()).instances)),
  );
  await machine.namespace.write(CONFIGURATION, asked.replace('vrrp_rt_priority 20', ''));
  t.equal((await machine.finish(machine.command('vrrpd', 'reload'))).code, 0);
  t.equal(await has(), 'TS - -5', 'a reload takes it back');
  await job.stop();
});
