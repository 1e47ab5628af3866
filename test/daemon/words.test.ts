// Small things that the daemon says: its version, the time of the log, wall times of the status, programs that are not
// there.

import { readFileSync } from 'node:fs';
import t from 'tap';
import { readConfig } from '../../src/config/read.js';
import { timestamp } from '../../src/daemon/log.js';
import { describePrograms } from '../../src/daemon/programs.js';
import { VERSION } from '../../src/daemon/version.js';
import { wallTime } from '../../src/daemon/wall-time.js';
import { instant } from '../../src/time.js';

t.test('the version is that of the package', (t) => {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  t.equal(VERSION, (JSON.parse(text) as { version: string }).version);
  t.end();
});

t.test('the time of a log line', (t) => {
  t.equal(timestamp(new Date(2026, 10, 21, 3, 12, 7)), 'Nov 21 03:12:07');
  t.equal(timestamp(new Date(2026, 0, 1, 23, 0, 59)), 'Jan  1 23:00:59');
  t.end();
});

t.test('a wall time is local, with the offset of that day', (t) => {
  const zone = process.env.TZ;
  t.teardown(() => (zone === undefined ? delete process.env.TZ : (process.env.TZ = zone)));
  for (const [name, offset] of [
    ['Asia/Kathmandu', '+05:45'],
    ['UTC', '+00:00'],
    ['America/St_Johns', '-0[23]:30'],
  ] as const) {
    process.env.TZ = name;
    const text = wallTime(instant(5_000_000), instant(65_000_000));
    t.match(
      text,
      new RegExp(`^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}${offset.replace('+', '\\+')}$`),
      name,
    );
    t.ok(Math.abs(Date.now() - 60_000 - Date.parse(text)) < 5_000, `a minute ago: ${text}`);
  }
  t.end();
});

t.test('programs that can not be run', (t) => {
  const text = `
vrrp_script used {
    script /nowhere/check.sh
    interval 1
}
vrrp_script good {
    script "true --quickly"
    interval 1
}
vrrp_script probe {
    script "/nowhere/vrrpd probe tcp 127.0.0.1:80"
}
vrrp_script readable {
    script "</nowhere/file"
}
vrrp_script unused {
    script /nowhere/other.sh
    interval 1
}
vrrp_instance VI_1 {
    interface eth1
    virtual_router_id 1
    priority 100
    track_script {
        used
        good
        probe
        readable
    }
    virtual_ipaddress {
        192.168.1.190
    }
    notify_master /etc/passwd
    notify no-such-program
    notify_stop /bin/true
}
`;
  const { config, diagnostics } = readConfig({ file: 'test.conf', load: () => text });
  if (config === undefined) throw new Error(JSON.stringify(diagnostics));
  const lines = describePrograms(config);
  t.same(lines.slice(-3), [
    'vrrp_script used: cannot run /nowhere/check.sh: there is no folder /nowhere: the check counts as failed',
    '(VI_1) notify_master: cannot run /etc/passwd: it is not executable (chmod +x /etc/passwd)',
    '(VI_1) notify: cannot run no-such-program: not found in PATH',
  ]);
  t.equal(lines[0], 'SECURITY VIOLATION - scripts are being executed but script_security not enabled.');
  t.end();
});
