// A machine made of Linux namespaces: network, processes, mounts, host name. It lives as long as its first process, and
// that process reads a pipe that only this program holds: when this program ends, in whatever way, the kernel ends all
// that ran in the namespace and takes its links and files away. So nothing is ever left over, and nothing of the
// machine's own files is touched: /etc, /tmp and /var/log are private copies, /run is empty.

import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { childrenOf, Job } from './job.js';

/** The first process: bash, since it reaps the processes that lost their parent. */
const INIT = `
set -e
mount -t tmpfs tmpfs /run
# The root of a user namespace may write only what is its own, as copies are; some files it may not even read.
mkdir -p /run/lab/etc/upper
[ -w /etc ] || cp -R --no-dereference --preserve=mode /etc/. /run/lab/etc/upper 2>/dev/null || true
for folder in /etc /tmp /var/log; do
  mkdir -p /run/lab$folder/upper /run/lab$folder/work
  mount -t overlay -o lowerdir=$folder,upperdir=/run/lab$folder/upper,workdir=/run/lab$folder/work overlay $folder
done
mount -t sysfs sysfs /sys
hostname "$1"
ip link set lo up
echo ready
read -r _
`;
const UNSHARE = ['--net', '--mount', '--pid', '--uts', '--fork', '--mount-proc', '--propagation', 'private'];
/** Programs of the system are found whatever PATH the lab was started with. */
const ENVIRONMENT = {
  ...process.env,
  // The test runner's own: daemons run as they are.
  NODE_OPTIONS: '',
  PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin:/usr/bin:/bin`,
};

export class Namespace {
  private readonly jobs: Job[] = [];

  private constructor(
    readonly name: string,
    private readonly holder: ChildProcess,
    /** The first process, as the machine numbers it. */
    readonly pid: number,
  ) {}

  /** Needs root; throws with what `unshare` or `mount` wrote when the kernel refuses. */
  static async open(name: string): Promise<Namespace> {
    const holder = spawn('unshare', [...UNSHARE, 'bash', '-c', INIT, 'init', name], { env: ENVIRONMENT });
    let complaint = '';
    holder.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
    const [pid] = await Promise.race([
      once(holder.stdout, 'data').then(() => childrenOf(holder.pid)),
      once(holder, 'close').then(() => []),
    ]);
    if (pid === undefined) throw new Error(`no namespace for ${name}: ${complaint.trim()}`);
    return new Namespace(name, holder, pid);
  }

  /** Ends everything in it. */
  async close(): Promise<void> {
    if (this.holder.exitCode !== null || this.holder.signalCode !== null) return;
    this.holder.stdin?.end();
    // The kernel ends the namespace once all in it have been seen to end, by an nsenter that goes on.
    await Promise.all([once(this.holder, 'exit'), ...this.jobs.map((job) => job.release())]);
  }

  /** Where this program sees a file of the namespace. */
  outside(file: string): string {
    return `/proc/${this.pid}/root${file}`;
  }

  /** Writes a file inside; its folder is made when missing. */
  async write(file: string, content: string, { mode = 0o644 }: { mode?: number } = {}): Promise<void> {
    await mkdir(path.dirname(this.outside(file)), { recursive: true });
    await writeFile(this.outside(file), content, { mode });
  }

  /** The text of a file inside. */
  read(file: string): Promise<string> {
    return readFile(this.outside(file), 'utf8');
  }

  /** Starts a program inside that goes on beside the caller. `onLine` gets each line it writes to standard output. */
  start(command: readonly string[], onLine?: (line: string) => void): Job {
    const job = new Job(spawn('nsenter', this.entering(command), { env: ENVIRONMENT }), command, onLine);
    this.jobs.push(job);
    return job;
  }

  /** Runs a program inside to its end and gives what it wrote; throws when its exit status is not zero. */
  run(...command: string[]): Promise<string> {
    return this.execute(this.entering(command));
  }

  /** Runs `ip` on the network inside; process numbers in its arguments are the machine's. */
  ip(...command: string[]): Promise<string> {
    return this.execute(['-t', String(this.pid), '--net', '--', 'ip', ...command]);
  }

  private entering(command: readonly string[]): string[] {
    return ['-t', String(this.pid), '--net', '--mount', '--pid', '--uts', '--', ...command];
  }

  private execute(enter: readonly string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      execFile('nsenter', enter, { env: ENVIRONMENT }, (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(new Error(`${this.name}: ${error.message}\n${stderr}`));
      });
    });
  }
}
