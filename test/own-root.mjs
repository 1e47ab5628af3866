// Makes an ordinary user's program root without being root: it runs again in a user namespace, where it has all rights
// over the networks and mounts that it makes, and none over the machine's. For the demo and the test runner alike; under
// root nothing happens. Plain Node: the runner is not compiled.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';

const OWN_ROOT = ['--user', '--map-root-user'];
/** What the lab makes for a host; a kernel that gives root away may still refuse this. */
const HOST = ['--net', '--mount', '--pid', '--fork', '--mount-proc'];
/** Settings that forbid user namespaces: their forbidding value, and one that allows them. */
const SETTINGS = [
  { name: 'kernel.unprivileged_userns_clone', forbids: '0', allows: '1' },
  { name: 'kernel.apparmor_restrict_unprivileged_userns', forbids: '1', allows: '0' },
  { name: 'user.max_user_namespaces', forbids: '0', allows: '10000' },
];

/** Undefined as root. Otherwise the program runs again and this process ends with it; or a line that says why it can't. */
export async function becomeRoot() {
  if (process.getuid() === 0) return undefined;
  const { status, stderr, error } = spawnSync('unshare', [...OWN_ROOT, ...HOST, 'true'], { encoding: 'utf8' });
  if (status !== 0) return refusal(error?.message ?? stderr.trim());
  // When this process is killed, the one inside is told; it does not hear of the terminal's end otherwise.
  const inside = ['setpriv', '--pdeathsig', 'TERM', process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  // An ordinary user's PATH may lack the folders of root's programs.
  const env = { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin` };
  const program = spawn('unshare', [...OWN_ROOT, ...inside], { stdio: 'inherit', env });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => program.kill(signal));
  const [code, signal] = await once(program, 'exit');
  process.exit(code ?? 128 + constants.signals[signal]);
}

function refusal(complaint) {
  const forbidden = SETTINGS.find(({ name, forbids }) => {
    const file = `/proc/sys/${name.replaceAll('.', '/')}`;
    return existsSync(file) && readFileSync(file, 'utf8').trim() === forbids;
  });
  const [why, otherwise] = forbidden
    ? [`${forbidden.name} is ${forbidden.forbids}`, `, or "sysctl ${forbidden.name}=${forbidden.allows}" first`]
    : [complaint, ''];
  return `This makes network namespaces, and an ordinary user may not here (${why}): run it as root${otherwise}.`;
}
