// A machine with a real systemd as its first process: systemd-nspawn on an overlay of this machine's root, in a network
// of its own. Nothing of it outlives close(): what is mounted lives in its mount namespace, its network in its own.

import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { eventually } from '../lab/eventually.js';
import { childrenOf } from '../lab/job.js';

/** Where the project is inside. */
export const PROJECT = '/opt/vrrpd';
/** The folder of the overlay: its lower side is the machine's own root, which it does not change. */
const START = `
set -e
mount -t tmpfs tmpfs /mnt
mkdir /mnt/upper /mnt/work /mnt/root
mount -t overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work overlay /mnt/root
cd /mnt/root
mkdir -p etc/systemd/system usr/local/bin etc/keepalived opt/vrrpd opt/lab
printf '[Unit]\\nRequires=basic.target\\nAfter=basic.target\\nAllowIsolate=yes\\n' > etc/systemd/system/lab.target
cp "$1"/systemd/*.service etc/systemd/system/
# The check script looks for a process of this name.
cp /bin/sleep opt/lab/haproxy
printf '[Unit]\\nStartLimitIntervalSec=0\\n[Service]\\nType=exec\\nExecStart=/opt/lab/haproxy 600\\n' > etc/systemd/system/haproxy.service
ln -sf ${PROJECT}/dist/vrrpd.cjs usr/local/bin/vrrpd
ln -sf ${PROJECT}/dist/vrrpd.cjs usr/local/bin/keepalived
cp "$1/test/fixtures/layouts/1-mycat-haproxy-pair/keepalived-edu-haproxy-01.conf" etc/keepalived/keepalived.conf
install -m 755 "$1/test/fixtures/layouts/1-mycat-haproxy-pair/haproxy_check.sh" etc/keepalived/
ip link add eth1 type veth peer name peer
ip address add 192.168.1.191/24 dev eth1
ip link set eth1 up
ip link set peer up
ip link set lo up
exec systemd-nspawn -q -D /mnt/root --capability=CAP_NET_ADMIN,CAP_NET_RAW --register=no --keep-unit \\
  --private-users=no --bind-ro="$1:${PROJECT}" --bind-ro="$2:/usr/local/bin/node" -M vrrpd-lab-$$ \\
  -b systemd.unit=lab.target </dev/null
`;

/** What a command wrote, and its exit status. */
export interface Outcome {
  readonly code: number;
  readonly output: string;
}

export class Machine {
  private constructor(
    private readonly holder: ChildProcess,
    private readonly init: number,
  ) {}

  /** Boots it; `project` is the folder of package.json. Needs root. */
  static async boot(project: string): Promise<Machine> {
    const command = ['--net', '--mount', '--propagation', 'private', 'bash', '-c', START, 'start', project];
    const holder = spawn('unshare', [...command, process.execPath], { stdio: ['ignore', 'pipe', 'pipe'] });
    let words = '';
    for (const stream of [holder.stdout, holder.stderr])
      stream.on('data', (chunk: Buffer) => (words += chunk.toString()));
    try {
      let init: number | undefined;
      await eventually('systemd is there', async () => {
        init = await findInit(holder.pid);
        return init !== undefined;
      });
      const machine = new Machine(holder, init ?? 0);
      const isUp = async (): Promise<boolean> => (await machine.run('systemctl is-active lab.target')).code === 0;
      await eventually('it has booted', isUp);
      return machine;
    } catch (error) {
      holder.kill('SIGKILL');
      throw new Error(`${String(error)}\n${words}`, { cause: error });
    }
  }

  /** What systemd knows of a unit. */
  async show(property: string, unit = 'vrrpd'): Promise<string> {
    return (await this.run(`systemctl show --value -p ${property} ${unit}`)).output;
  }

  /** Whether layout 1's address is there. */
  async holds(): Promise<boolean> {
    return (await this.run('ip address show dev eth1')).output.includes('192.168.1.190/32');
  }

  /** Runs a line of shell inside. */
  async run(line: string): Promise<Outcome> {
    const enter = [
      '-t',
      String(this.init),
      '-a',
      '-r',
      '-w',
      'env',
      '-i',
      'PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    ];
    try {
      const { stdout } = await promisify(execFile)('nsenter', [...enter, 'sh', '-c', line]);
      return { code: 0, output: stdout.trim() };
    } catch (error) {
      const { code, stdout = '', stderr = '' } = error as { code?: number; stdout?: string; stderr?: string };
      return { code: code ?? -1, output: `${stdout}${stderr}`.trim() };
    }
  }

  /** Ends its first process, and so all of it. */
  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.holder.once('exit', resolve));
    process.kill(this.init, 'SIGKILL');
    await ended;
  }
}

/** The process called systemd below the one that was started. */
async function findInit(from: number | undefined): Promise<number | undefined> {
  const found = from === undefined ? [] : await childrenOf(from);
  // The list grows while it is walked.
  for (const pid of found) {
    const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
    if (name === 'systemd\n') return pid;
    found.push(...(await childrenOf(pid)));
  }
  return undefined;
}
