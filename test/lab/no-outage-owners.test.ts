// Others who have an address of the MASTER, or say so: one who deletes it on this very host, a host that has it by hand, a
// stranger that announces it, and another pair with a copied VRID, which has none of ours. RFC 5227 § 2.1.1, RFC 9568 § 7.1.

import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { encodeGratuitousArp } from '../../src/packet/arp.js';
import type { IpAddress, MacAddress } from '../../src/address.js';
import type { Snapshot } from '../../src/status/snapshot.js';
import { startDaemon } from './daemon.js';
import { eventually } from './eventually.js';
import type { Host } from './host.js';
import type { Job } from './job.js';
import { Lab } from './lab.js';
import { ask, logged } from './lone-host.js';
import { configuration, VIP } from './pair.js';
import { Prober } from './prober.js';
import { Stranger } from './stranger.js';
import { WatchedPair } from './watched-pair.js';

/** Requests without an answer, five times what an idle machine needs. */
const LOST = 10;
/** Times in ten seconds that an address is put back. */
const PUT_BACK = 5;
const STRANGER = '02:00:00:00:00:77' as MacAddress;

t.jobs = 3;
for (const b of ['vrrpd', 'keepalived'] as const)
  t.test(`the address is deleted by hand, beside ${b}`, { buffered: true }, (t) =>
    WatchedPair.play(t, { a: 'vrrpd', b, nopreempt: true }, async (watched) => {
      const { a, pair } = watched;
      const remove = (): Promise<string> => a.host.namespace.ip('address', 'del', `${VIP}/32`, 'dev', 'eth1');
      const tellings = (): number => a.job?.log.filter((line) => line.includes('put back at once')).length ?? 0;
      for (let count = 1; count <= PUT_BACK; count += 1) {
        const from = Prober.mark();
        await remove();
        await eventually('it is back', () => a.host.holds(VIP));
        await eventually('which is told', () => tellings() >= count);
        if (count > 1) continue;
        await sleep(500);
        const { lost, sent, answeredBy } = await pair.prober.report({ from });
        t.ok(lost <= LOST, `${lost} of ${sent} requests had no answer`);
        t.strictSame(answeredBy, [a.host.mac]);
      }
      t.equal(tellings(), PUT_BACK);
      await remove();
      await watched.only(watched.b);
      await watched.says(a, 'by somebody on this host');
      t.match(await statusOf(a.host), { instances: [{ state: 'BACKUP' }] });
    }),
  );

interface Scene {
  readonly lab: Lab;
  readonly a: Host;
  readonly other: Host;
  /** Of a, which is MASTER alone. */
  readonly job: Job;
}

/** `before` is done to the other host before a starts. */
async function open(t: Test, before?: (other: Host) => Promise<unknown>): Promise<Scene> {
  const lab = await Lab.open();
  t.teardown(() => lab.close());
  const a = await lab.host({ name: 'a', interface: 'eth1', address: '192.168.1.191/24' });
  const other = await lab.host({ name: 'other', interface: 'eth1', address: '192.168.1.199/24' });
  await before?.(other);
  const job = await startDaemon(a, 'vrrpd', configuration({ priority: 250, nopreempt: false }));
  await logged(job, 'Entering MASTER STATE');
  return { lab, a, other, job };
}

const statusOf = async ({ namespace }: Host): Promise<Snapshot> =>
  (await ask(namespace, { command: 'status' })) as Snapshot;

t.test('a host that has the address by hand', { buffered: true }, async (t) => {
  const { a, other, job } = await open(t, ({ namespace }) =>
    namespace.ip('address', 'add', `${VIP}/32`, 'dev', 'eth1'),
  );
  await logged(job, `A second owner of ${VIP}: ${other.mac} answers an ARP probe for it`);
  const { alerts, instances } = await statusOf(a);
  t.match(alerts.join('\n'), other.mac, 'it stands at the top of the status');
  t.match(instances, [{ state: 'MASTER', secondOwnersSeen: 1, secondOwners: [{ mac: other.mac, address: VIP }] }]);
  t.match(await a.namespace.run('/run/lab/vrrpd', 'status'), other.mac, 'as operators read it');
});

t.test('a stranger announces the address', { buffered: true }, async (t) => {
  const { lab, a, other, job } = await open(t);
  const client = await lab.host({ name: 'client', interface: 'eth0', address: '192.168.1.10/24' });
  const prober = await Prober.start(client, VIP);
  await eventually('a answers', () => prober.latest?.mac === a.mac);
  const stranger = await Stranger.on(other);
  const from = Prober.mark();
  stranger.send(encodeGratuitousArp({ mac: STRANGER, address: VIP }));
  await logged(job, `A second owner of ${VIP}: ${STRANGER}`);
  await sleep(500);
  const { lost, sent } = await prober.report({ from });
  t.ok(lost <= LOST, `a announces again: ${lost} of ${sent} requests had no answer`);
  t.match((await statusOf(a)).alerts.join('\n'), STRANGER);
});

t.test('another pair with a copied VRID', { buffered: true }, async (t) => {
  const text = configuration({ priority: 100, nopreempt: false }).replace(VIP, '192.168.1.200');
  const { a, other, job } = await open(t, async (other) =>
    logged(await startDaemon(other, 'keepalived', text), 'Entering MASTER STATE'),
  );
  // More than two of its adverts.
  await sleep(2_500);
  const { instances } = await statusOf(a);
  t.match(instances, [{ state: 'MASTER', secondOwners: [], secondOwnersSeen: 0 }]);
  const warnings = job.log.filter((line) => line.includes('Another VRRP pair on this network may use VRID 91'));
  t.equal(warnings.length, 1, 'one warning');
  t.match(warnings[0], '192.168.1.199');
  t.ok((instances[0]?.adverts.dropped ?? 0) > 2, 'for all of its adverts');
  t.ok(await a.holds(VIP), 'both pairs have what is theirs');
  t.ok(await other.holds('192.168.1.200' as IpAddress));
});
