// The dump files of vrrpd beside those of keepalived: both run the same configuration in networks of their own, and one
// reader, which is made for neither, finds the same in both.

import t, { type Test } from 'tap';
import { startDaemon, type Daemon } from './daemon.js';
import { eventually } from './eventually.js';
import { ask, readData, readJson, readStats, type Block, type ExportedData, type ExportedJson } from './exporter.js';
import { Lab } from './lab.js';

/** Alone, behind the other host, and with a check that fails. */
const CONFIGURATION = `
global_defs {
    router_id lb1
    enable_script_security
    script_user root
}
static_ipaddress {
    10.9.9.9/24 dev eth1
}
vrrp_script chk_good {
    script "/usr/bin/test -e /etc/passwd"
    interval 1
    weight 2
    rise 2
    fall 3
}
vrrp_script chk_bad {
    script "/usr/bin/false"
    interval 2
    timeout 1
    weight -5
}
track_file maintenance {
    file "/tmp/maintenance"
    weight 3 reverse
}
vrrp_track_process sleeper {
    process /bin/sleep 9999
    param_match initial
    weight 4
    quorum 2
    delay 1
}
vrrp_sync_group SG {
    group {
        VI_4
        VI_5
    }
    track_script {
        chk_good
    }
    track_interface {
        lo weight 6
    }
    sync_group_tracking_weight
    notify_master "/usr/bin/true group"
}
vrrp_instance VI_1 {
    state BACKUP
    interface eth1
    virtual_router_id 51
    priority 150
    advert_int 1
    nopreempt
    garp_master_delay 3
    garp_lower_prio_delay 4
    garp_master_refresh 60
    mcast_src_ip 192.168.1.191
    authentication {
        auth_type PASS
        auth_pass secret
    }
    virtual_ipaddress {
        192.168.1.190/24 brd 192.168.1.255 dev eth1 label eth1:vip scope link
        192.168.1.189 no_track
    }
    virtual_ipaddress_excluded {
        192.168.1.188 dev eth1
        10.1.1.1 peer 10.1.1.2
    }
    virtual_routes {
        10.20.0.0/16 via 192.168.1.1 dev eth1
        blackhole 10.21.0.0/16 metric 5
        10.22.0.0/16 via 192.168.1.1 dev eth1 src 192.168.1.190 table 44 tos 4 mtu 1400
    }
    virtual_rules {
        from 192.168.1.190 lookup 44 priority 1000
        not from 10.0.0.0/8 iif eth1 fwmark 3/255 tos 16 table 44 priority 777
        to 10.99.0.0/16 prohibit priority 800
    }
    track_script {
        chk_good
        chk_bad
    }
    notify_master "/usr/bin/true master 'x y'"
    notify_backup /usr/bin/true
    notify_stop "/usr/bin/true stop"
    notify "/usr/bin/true any"
}
vrrp_instance VI_2 {
    state BACKUP
    interface eth1
    virtual_router_id 52
    priority 100
    preempt_delay 5
    advert_int 1
    lower_prio_no_advert true
    higher_prio_send_advert true
    virtual_ipaddress {
        192.168.1.187/24
    }
}
vrrp_instance VI_3 {
    state BACKUP
    interface eth1
    virtual_router_id 53
    priority 100
    advert_int 2
    dont_track_primary
    virtual_ipaddress {
        192.168.1.186/24
    }
    track_script {
        chk_bad weight 0
    }
    track_file {
        maintenance weight 2
    }
}
vrrp_instance VI_4 {
    interface eth1
    virtual_router_id 54
    priority 100
    virtual_ipaddress {
        192.168.1.185/24
    }
    track_interface {
        lo
    }
    track_process {
        sleeper
    }
    smtp_alert
    notify_deleted
    notify_priority_changes true
    notify_master_rx_lower_pri "/usr/bin/true rx"
}
vrrp_instance VI_5 {
    interface eth1
    virtual_router_id 55
    priority 100
    virtual_ipaddress {
        192.168.1.184/24
    }
    track_file {
        maintenance
    }
    notify_deleted "/usr/bin/true gone"
}
vrrp_instance VI_6 {
    version 3
    interface eth1
    virtual_router_id 56
    priority 250
    advert_int 0.25
    no_accept
    virtual_ipaddress {
        192.168.1.183/24
    }
    virtual_ipaddress_excluded {
        2001:db8::183/64
    }
}
vrrp_instance VI_7 {
    interface eth1
    virtual_router_id 57
    priority 100
    advert_int 0.5
    mcast_dst_ip ff02::13
    virtual_ipaddress {
        fe80::182
        2001:db8::182/64 preferred_lft 100
        2001:db8::181 preferred_lft forever
        2001:db8::180
    }
    virtual_routes {
        2001:db8:2::/48 dev eth1 metric 5
    }
    virtual_rules {
        from 2001:db8::/32 lookup 77 priority 1000
    }
}
vrrp_instance VI_8 {
    version 3
    interface eth1
    virtual_router_id 58
    priority 250
    unicast_src_ip 192.168.1.191
    unicast_ttl 77
    check_unicast_src
    promote_secondaries
    unicast_peer {
        192.168.1.192
        192.168.1.193 min_ttl 254
    }
    virtual_ipaddress {
        192.168.1.179
    }
}
vrrp_instance VI_9 {
    interface eth1
    virtual_router_id 59
    priority 250
    kernel_rx_buf_size 300000
    mcast_dst_ip 224.0.0.77
    virtual_ipaddress {
        192.168.1.178
    }
}
`;

const OTHER = `
vrrp_instance VI_2 {
    interface eth1
    virtual_router_id 52
    priority 200
    virtual_ipaddress {
        192.168.1.187/24
    }
}
vrrp_instance VI_7 {
    interface eth1
    virtual_router_id 57
    priority 200
    advert_int 0.8
    mcast_dst_ip ff02::13
    virtual_ipaddress {
        fe80::182
        2001:db8::182/64
        2001:db8::181
        2001:db8::180
    }
}
`;

interface Dumps {
  readonly data: ExportedData;
  readonly stats: ReturnType<typeof readStats>;
  readonly json: readonly ExportedJson[];
}

t.test('the same reader on the files of both', async (t) => {
  const [theirs, ours] = await Promise.all([
    dumps(t, 'keepalived', 'keepalived'),
    dumps(t, 'vrrpd called keepalived', '/run/lab/keepalived'),
  ]);
  t.strictSame(
    ours.data.instances.map(({ name, fields }) => [name, fields.State]),
    [
      ['VI_1', 'MASTER'],
      ['VI_2', 'BACKUP'],
      ['VI_3', 'FAULT'],
      ['VI_4', 'MASTER'],
      ['VI_5', 'MASTER'],
      ['VI_6', 'MASTER'],
      ['VI_7', 'BACKUP'],
      ['VI_8', 'MASTER'],
      ['VI_9', 'MASTER'],
    ],
  );
  compareBlocks(t, ours.data.instances, theirs.data.instances);
  const byName = ({ scripts }: ExportedData) => [...scripts].sort((a, b) => a.name.localeCompare(b.name));
  compareBlocks(t, byName(ours.data), byName(theirs.data));
  for (const kind of ['groups', 'files', 'processes'] as const) {
    t.equal(ours.data[kind].length, 1);
    compareBlocks(t, ours.data[kind], theirs.data[kind]);
  }
  const names = ({ stats }: Dumps) => stats.map(({ name, counts }) => [name, Object.keys(counts)]);
  t.strictSame(names(ours), names(theirs), 'the same counters for the same instances');
  // Newer keepalived names the tracked processes here, 2.2.7 does not.
  t.same(
    ours.json.flatMap(({ data }) => data.track_process ?? []),
    ['sleeper'],
  );
  const comparable = ours.json.map((one) => ({
    ...one,
    data: Object.fromEntries(Object.entries(one.data).filter(([name]) => name !== 'track_process')),
  }));
  compareJson(t, comparable, theirs.json);
});

/** What a daemon writes once its instances are where they belong. */
async function dumps(t: Test, daemon: Daemon, program: string): Promise<Dumps> {
  const lab = await Lab.open();
  t.teardown(() => lab.close());
  const other = await lab.host({ name: 'other', interface: 'eth1', address: '192.168.1.192/24' });
  const host = await lab.host({ name: 'host', interface: 'eth1', address: '192.168.1.191/24' });
  await startDaemon(other, 'keepalived', OTHER);
  await eventually('the other is master', async () => {
    const held = await Promise.all(['192.168.1.187', '2001:db8::181'].map((one) => other.holds(one as never)));
    return held.every((one) => one);
  });
  const job = await startDaemon(host, daemon, CONFIGURATION);
  await eventually('it has started', () => job.log.some((line) => line.includes('Startup complete')));
  let data: ExportedData | undefined;
  await eventually('a MASTER, a BACKUP that knows its master and a FAULT', async () => {
    data = readData(await ask(host, program, 'DATA'));
    const [one, two, three, , , six, seven, eight, nine] = data.instances.map(({ fields }) => fields);
    return (
      [one, six, eight, nine].every((fields) => fields?.State === 'MASTER') &&
      data.groups[0]?.name === 'SG, MASTER' &&
      [two, seven].every((fields) => fields?.['Master priority'] === '200') &&
      three?.State === 'FAULT'
    );
  });
  if (data === undefined) throw new Error('no data');
  return {
    data,
    stats: readStats(await ask(host, program, 'STATS')),
    json: readJson(await ask(host, program, 'JSON')),
  };
}

/** Points in time, and what a check does just now. */
const MOMENTARY = ['Last transition', 'Read timeout'];
/** A process of theirs, and numbers of users, which would have to be looked up. */
const LEFT_OUT = ['Flags', 'Script uid:gid'];

function compareBlocks(t: Test, ours: readonly Block[], theirs: readonly Block[]): void {
  t.strictSame(
    ours.map(({ name }) => name),
    theirs.map(({ name }) => name),
  );
  for (const [index, { name, fields, lists }] of ours.entries()) {
    const their = theirs[index];
    if (!their) continue;
    const without = (names: readonly string[], all: Block['fields']) =>
      Object.entries(all).filter(([key]) => !names.includes(key));
    const comparable = without([...MOMENTARY, 'Password', ...(name.startsWith('VI') ? [] : ['State'])], fields);
    for (const [key, value] of comparable)
      t.equal(value, their.fields[key]?.replace(/, uid:gid .*/, ''), `${name}: ${key}`);
    t.strictSame(
      Object.keys(fields),
      without(LEFT_OUT, their.fields).map(([key]) => key),
      `${name}: the same fields in the same order`,
    );
    t.strictSame(lists, Object.fromEntries(without(LEFT_OUT, their.lists as never)), `${name}: the same lists`);
    for (const key of MOMENTARY)
      if (fields[key] !== undefined && fields[key] !== 'DISABLED')
        t.match(fields[key], /^\d+\.\d{6} \(\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d\.\d{6} \d{4}\)$/, `${name}: ${key}`);
  }
}

function compareJson(t: Test, ours: readonly ExportedJson[], theirs: readonly ExportedJson[]): void {
  const types = (all: readonly ExportedJson[]) =>
    all.map((one) =>
      Object.entries(one).map(([part, values]) => [
        part,
        ...Object.entries(values as object).map(([key, value]) => [key, typeof value]),
      ]),
    );
  t.strictSame(types(ours), types(theirs), 'the same names in the same order, with values of the same types');
  const settled = (all: readonly ExportedJson[]) =>
    all.map(({ data }) => ({ ...data, last_transition: 0, auth_data: data.auth_data === undefined ? '' : '********' }));
  t.strictSame(settled(ours), settled(theirs), 'and the same values');
  t.ok(Math.abs(Number(ours[0]?.data.last_transition) - Date.now() / 1_000) < 60, 'in seconds since 1970');
  t.equal(ours[0]?.data.auth_data, '********');
}
