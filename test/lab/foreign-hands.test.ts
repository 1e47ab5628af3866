// Hands other than vrrpd's on a MASTER beside a peer, seen by a client and by the kernel's own monitor: what they take away is
// back at once, nobody else becomes MASTER, and the log says in one line what happened.

import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { startDaemon } from './daemon.js';
import { eventually } from './eventually.js';
import type { Host } from './host.js';
import type { Job } from './job.js';
import { Lab } from './lab.js';
import { logged } from './lone-host.js';
import { configuration, VIP } from './pair.js';
import { Prober } from './prober.js';

/** ms. Five times what the kernel and an idle machine need at most. */
const BACK = 250;
/** ms. Enough for what is not to happen, and for all that is printed of what did. */
const AFTERMATH = 600;

/** With an address in the network of the interface's own one, routes and rules of both kinds. */
const ROUTES = `
    virtual_ipaddress_excluded {
        192.168.1.180/24
    }
    virtual_routes {
        198.51.100.0/24 via 192.168.1.10
        198.51.101.0/24 dev eth1 table 100
    }
    virtual_rules {
        from 198.51.100.0/24 lookup 100
    }
}
static_routes {
    203.0.113.0/24 via 192.168.1.10
}
`;

interface Deed {
  readonly name: string;
  /** Run on the master. */
  readonly command: string;
  /** What the kernel's monitor says of each thing that comes back. */
  readonly back: readonly RegExp[];
  /** Lines of the log that have to be there, among others: once, or more often where the deed itself goes on. */
  readonly says: readonly RegExp[];
  readonly isRepeated?: boolean;
}

const VIP_LINE = /eth1 inet 192\.168\.1\.190\/32/;
const NETWORK_LINE = /eth1 inet 192\.168\.1\.180\/24/;
const ROUTE_LINE = /198\.51\.100\.0\/24 via 192\.168\.1\.10 dev eth1 proto keepalived/;
const TABLE_LINE = /198\.51\.101\.0\/24 dev eth1 table 100/;
const STATIC_LINE = /203\.0\.113\.0\/24 via 192\.168\.1\.10/;
const RULE_LINE = /from 198\.51\.100\.0\/24 lookup 100/;
const OWN_ADDRESS = 'ip address add 192.168.1.191/24 dev eth1';

const deeds: Deed[] = [
  {
    name: 'an address is removed',
    command: `ip address del ${VIP}/32 dev eth1`,
    back: [VIP_LINE],
    says: [/IP 192\.168\.1\.190 removed from eth1: put back at once \(1 in/],
  },
  {
    name: 'a network manager restarts: all is flushed, the own address comes back',
    command: `ip address flush dev eth1; ip route flush dev eth1; sleep 0.02; ${OWN_ADDRESS}`,
    back: [VIP_LINE, NETWORK_LINE, ROUTE_LINE, TABLE_LINE, STATIC_LINE],
    says: [
      /192\.168\.1\.191\/24 was removed from eth1 by somebody else: waiting/,
      /191\/24 is on eth1 again after \d+ ms/,
    ],
  },
  {
    name: 'the own address goes and comes, with it the other one of its network',
    command: `ip address del 192.168.1.191/24 dev eth1; ${OWN_ADDRESS}`,
    back: [NETWORK_LINE],
    says: [/IP 192\.168\.1\.180 removed from eth1: put back/],
  },
  {
    name: 'a route is removed',
    command: 'ip route del 198.51.100.0/24',
    back: [ROUTE_LINE],
    says: [/route 198\.51\.100\.0\/24 via 192\.168\.1\.10 was removed by somebody else: put back at once \(1 in/],
  },
  {
    name: 'another route takes the place of one',
    command: 'ip route replace 198.51.100.0/24 via 192.168.1.99',
    back: [ROUTE_LINE],
    says: [/route 198\.51\.100\.0\/24 via 192\.168\.1\.10 was removed by somebody else: put back at once \(2 in/],
  },
  {
    // `ip route flush` begins anew until it finds nothing: what came back meanwhile goes again.
    isRepeated: true,
    name: 'routes and rules are flushed',
    command: 'ip route flush proto 18; ip route flush table 100; ip rule del from 198.51.100.0/24',
    back: [ROUTE_LINE, TABLE_LINE, STATIC_LINE, RULE_LINE],
    says: [
      /static route 203\.0\.113\.0\/24 .* put back at once/,
      /rule from 198\.51\.100\.0\/24 lookup 100 .* at once/,
    ],
  },
  { name: 'another MTU', command: 'ip link set eth1 mtu 1400', back: [], says: [] },
];

const STAMP = /^\[(\S+)\] /;
const stampOf = (line: string): number => Date.parse(`${STAMP.exec(line)?.[1]?.slice(0, 23) ?? ''}Z`);

class Story {
  private constructor(
    readonly a: Host,
    readonly b: Host,
    readonly jobs: readonly Job[],
    readonly monitor: Job,
    readonly prober: Prober,
  ) {}

  static async open(t: Test): Promise<Story> {
    const lab = await Lab.open();
    t.teardown(() => lab.close());
    const a = await lab.host({ name: 'a', interface: 'eth1', address: '192.168.1.191/24' });
    const b = await lab.host({ name: 'b', interface: 'eth1', address: '192.168.1.192/24' });
    const client = await lab.host({ name: 'client', interface: 'eth0', address: '192.168.1.10/24' });
    const text = (priority: number): string =>
      configuration({ priority, nopreempt: false }).replace(/\}\n$/, '').trimEnd() + ROUTES;
    const jobs = [await startDaemon(a, 'vrrpd', text(250)), await startDaemon(b, 'vrrpd', text(110))];
    const [first] = jobs;
    if (first) await logged(first, 'Entering MASTER');
    const monitor = a.namespace.start(['ip', '-ts', '-o', 'monitor', 'address', 'route', 'rule', 'link']);
    const prober = await Prober.start(client, VIP);
    await eventually('a answers', () => prober.latest?.mac === a.mac);
    return new Story(a, b, jobs, monitor, prober);
  }

  get log(): readonly string[] {
    return this.jobs[0]?.log ?? [];
  }

  /** What was written about the deed; what came back, and the hole that the client saw, in milliseconds. */
  async see(t: Test, { command, back, says, isRepeated = false }: Deed): Promise<void> {
    const [seen, said, from] = [this.monitor.log.length, this.log.length, Prober.mark()];
    await this.a.namespace.run('sh', '-c', command);
    await sleep(AFTERMATH);
    const lines = this.monitor.log.slice(seen).map((line) => line.replaceAll(/\s+/g, ' '));
    const begun = stampOf(lines[0] ?? '');
    for (const what of back) {
      const line = lines.findLast((one) => what.test(one)) ?? '';
      t.notMatch(line, /Deleted/, `${String(what)} is back`);
      const took = stampOf(line) - begun;
      t.ok(took <= BACK, `after ${took} ms`);
    }
    for (const line of says) {
      const times = this.log.slice(said).filter((one) => line.test(one)).length;
      t.ok(isRepeated ? times >= 1 : times === 1, `${String(line)} stands there, ${times} times`);
    }
    const { longestHole } = await this.prober.report({ from });
    t.ok(longestHole <= BACK, `the client's hole of ${longestHole} ms`);
  }
}

t.test('a MASTER beside a peer', async (t) => {
  const story = await Story.open(t);
  for (const deed of deeds) await t.test(deed.name, (t) => story.see(t, deed));

  await t.test('another MAC address: the client hears of it', async (t) => {
    const from = Prober.mark();
    await story.a.namespace.ip('link', 'set', 'eth1', 'address', '02:00:00:00:77:77');
    await eventually('the new one answers', () => story.prober.latest?.mac === '02:00:00:00:77:77');
    const { longestHole } = await story.prober.report({ from });
    t.ok(longestHole <= BACK, `the client's hole of ${longestHole} ms`);
    t.match(story.log.join('\n'), /eth1 has the MAC address 02:00:00:00:77:77 now/);
  });

  t.equal(story.log.filter((line) => /Entering|FAULT/.test(line)).length, 2, 'BACKUP and MASTER at the start, no more');
  t.notOk(
    story.jobs[1]?.log.some((line) => line.includes('MASTER STATE')),
    'and the peer never',
  );
  t.notOk(
    story.log.some((line) => line.includes('refused')),
    'the kernel refused nothing',
  );

  await t.test('an interface that gets another name takes no address along', async (t) => {
    await story.a.namespace.ip('link', 'set', 'eth1', 'name', 'other');
    await eventually('the fault', () => story.log.some((line) => line.includes('there is no interface eth1')));
    const shown = await story.a.namespace.ip('address', 'show', 'dev', 'other');
    t.match(shown, '192.168.1.191/24');
    t.notMatch(shown, /192\.168\.1\.1[89]0\//);
    t.equal(await story.a.namespace.ip('route', 'show', 'table', '100'), '', 'nor a route');
  });
});
