// The daemon in the sandbox of hardened.conf, as a user of its own: what an operator asks of it, its checks and probes, what
// it says on the wire, and a crash.

import type { Test } from 'tap';
import { eventually } from '../lab/eventually.js';
import { PROJECT, type Machine } from './machine.js';

const DONE = { code: 0, output: '' };
const FILE = '/etc/keepalived/keepalived.conf';

/** As vrrpd(8) says it. */
const INSTALL = `
set -e
cp ${PROJECT}/systemd/vrrpd.sysusers /usr/lib/sysusers.d/vrrpd.conf
systemd-sysusers
for unit in vrrpd vrrpd-cleanup; do
  mkdir -p /etc/systemd/system/$unit.service.d
  cp ${PROJECT}/systemd/hardened.conf /etc/systemd/system/$unit.service.d/
done
chgrp vrrpd ${FILE}
chmod 640 ${FILE}
systemctl daemon-reload`;

/** Both checks have to succeed. */
const CONFIGURATION = `
vrrp_script probe { script "/usr/local/bin/vrrpd probe tcp 127.0.0.1:7007" interval 1 }
vrrp_script user { script "/usr/bin/id" interval 1 }
vrrp_instance VI_1 {
  interface eth1
  virtual_router_id 91
  track_script {
    probe
    user
  }
  virtual_ipaddress { 192.168.1.190 }
  no_accept
}
`;

export async function hardened(t: Test, machine: Machine): Promise<void> {
  await machine.run(`cat > ${FILE} <<'END'${CONFIGURATION}END`);
  t.equal((await machine.run(INSTALL)).code, 0);
  t.strictSame(await machine.run('systemd-analyze verify vrrpd.service vrrpd-cleanup.service'), DONE, 'well-formed');
  t.equal((await machine.run('systemd-analyze security --threshold=20 vrrpd.service')).code, 0, 'exposure');
  await machine.run(`systemd-run --unit=port node -e 'require("net").createServer().listen(7007)'`);
  await machine.run(`systemd-run --unit=ears sh -c 'exec tcpdump -lnni peer arp or proto 112 >/run/ears'`);
  t.strictSame(await machine.run('systemctl start vrrpd'), DONE);
  await eventually('its checks succeed and it is master', () => machine.holds());
  const ears = async (): Promise<string> => (await machine.run('cat /run/ears')).output;
  for (const frame of [/VRRPv2, Advertisement/, /ARP, .*192\.168\.1\.190/])
    await eventually(`${String(frame)} is on the wire`, async () => frame.test(await ears()));

  const pid = await machine.show('MainPID');
  const user = (await machine.run('id -u vrrpd')).output;
  const status = (await machine.run(`cat /proc/${pid}/status`)).output;
  t.match(status, new RegExp(`^Uid:\\s${user}\\s`, 'm'), 'it runs as its user');
  t.match(status, /^CapBnd:\s0+3000$/m, 'with two capabilities');
  const drops = async (): Promise<boolean> =>
    (await machine.run('nft list ruleset')).output.includes('daddr 192.168.1.190');
  t.ok(await drops(), 'what is sent to the address is dropped');
  t.equal((await machine.run('cat /run/vrrpd/keepalived.pid')).output, pid, 'its pid file is where it may write');
  await asked(t, machine);

  await machine.run(`kill -9 ${pid}`);
  await eventually('it is started again', async () => (await machine.show('NRestarts')) === '1');
  await eventually('and ready', async () => (await machine.show('ActiveState')) === 'active');
  await eventually('and is master again', () => machine.holds());
  t.strictSame(await machine.run('systemctl stop vrrpd'), DONE);
  t.notOk((await machine.holds()) || (await drops()), 'it takes the address off, and what drops');
}

async function asked(t: Test, machine: Machine): Promise<void> {
  const own = 'setpriv --reuid=vrrpd --regid=vrrpd --clear-groups';
  const reader = 'setpriv --reuid=nobody --regid=vrrpd --clear-groups';
  t.match(
    await machine.run('vrrpd status'),
    { code: 0, output: /exit 0 .*"uid=.*\(vrrpd\)/ },
    'a check runs as its user',
  );
  t.equal((await machine.run(`${reader} vrrpd status`)).code, 0, 'its group may ask for the status');
  t.equal((await machine.run(`${reader} vrrpd maintenance off`)).code, 4, 'and for no more');
  t.strictSame(await machine.run('systemctl reload vrrpd'), DONE, 'the unit reloads it');
  t.equal((await machine.run('vrrpd reload')).code, 0, 'so does root');
  for (const who of ['', own]) {
    t.equal((await machine.run(`${who} vrrpd maintenance on --for 1m`)).code, 0, 'maintenance is noted');
    t.equal((await machine.run(`${who} vrrpd maintenance off`)).code, 0);
  }
  const dumps = { USR1: 'data', USR2: 'stats', 36: 'json' };
  for (const [signal, kind] of Object.entries(dumps)) {
    await machine.run(`kill -${signal} ${await machine.show('MainPID')}`);
    await eventually(kind, async () => (await machine.run(`test -s /run/vrrpd/keepalived.${kind}`)).code === 0);
  }
  await eventually('it is master', () => machine.holds());
  t.equal((await machine.run('vrrpd failover VI_1')).code, 1, 'it is told to give the address up, and nobody takes it');
}
