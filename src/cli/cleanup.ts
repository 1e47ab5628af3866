// `vrrpd cleanup`: takes off what a daemon that was killed and does not come back has left on this host, as its notes say.
// It says nothing on the wire: by now another router serves, and a farewell of this one would start a new election.

import { setTimeout as sleep } from 'node:timers/promises';
import { answersAt, CONTROL_SOCKET } from '../daemon/control.js';
import { CRASH_NOTE, readCrashNote } from '../daemon/crash-note.js';
import { CommandFailure, EXIT, type ExitCode } from '../daemon/exit-code.js';
import { Firewall } from '../daemon/firewall.js';
import { NoteFile } from '../daemon/note-file.js';
import { PidFile } from '../daemon/pid-file.js';
import { refuseBesideRival, refuseWithoutCapabilities } from '../daemon/preflight.js';
import { now } from '../linux/clock.js';
import { Addresses } from '../linux/addresses.js';
import { InstanceLocks } from '../linux/instance-lock.js';
import { Interfaces } from '../linux/interfaces.js';
import { Netlink } from '../linux/netlink.js';
import { formatPrefix } from '../address.js';
import { after, between, describeDuration, inMilliseconds, type Duration } from '../time.js';
import { addressOf, type NotedInstance } from '../vrrp/note.js';

/** 0 it is off, or there was nothing; 1 a daemon lives, the note is not believed, or the kernel refused; 4 no permission. */
export async function cleanup(): Promise<ExitCode> {
  refuseWithoutCapabilities();
  const file = new NoteFile(CRASH_NOTE);
  const locks = new InstanceLocks();
  let noted = await lockNoted(file, locks);
  const wait = waitFor(noted);
  if (wait > 0) {
    // The address serves until somebody else has it; a daemon that is started meanwhile is not kept from it.
    locks.keepOnly([]);
    process.stdout.write(`Another router takes over within ${describeDuration(wait)}: waiting so long\n`);
    await sleep(inMilliseconds(wait));
    noted = await lockNoted(file, locks);
  }
  const refused = removeAll(noted);
  const firewall = new Firewall((text) => refused.push(text));
  if (firewall.mayBeThere()) {
    await firewall.apply([]);
    if (!firewall.mayBeThere()) process.stdout.write('removed what drops packets for no_accept\n');
  }
  if (refused.length > 0) throw new CommandFailure(EXIT.refused, refused);
  file.remove();
  locks.keepOnly([]);
  return EXIT.normal;
}

/** Those that no daemon serves, nor can begin to until the locks are given back. */
async function lockNoted(file: NoteFile, locks: InstanceLocks): Promise<readonly NotedInstance[]> {
  refuseBesideRival(PidFile.usual);
  if (await answersAt(CONTROL_SOCKET))
    throw new CommandFailure(EXIT.refused, [`daemon is running: it answers on ${CONTROL_SOCKET}`]);
  const noted = notedIn(file);
  const taken = locks.takeAll(noted);
  if (taken === undefined) return noted;
  const words = `daemon is running: another vrrpd serves VRID ${taken.virtualRouterId} on ${taken.interface}`;
  throw new CommandFailure(EXIT.refused, [words]);
}

/** Nothing where there is no note of this boot. */
function notedIn(file: NoteFile): readonly NotedInstance[] {
  try {
    const read = readCrashNote(file);
    return read === undefined || read === 'foreign' ? [] : read.note.instances;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CommandFailure(EXIT.refused, [`${file.path} is not believed, and nothing is removed: ${why}`]);
  }
}

/** Until the slowest of the other routers has taken over. */
function waitFor(noted: readonly NotedInstance[]): Duration {
  const at = now();
  const waits = noted.map(({ lastAdvertAt, longestSilence }) =>
    // A later advert than now is none.
    lastAdvertAt > at ? 0 : between({ from: at, to: after(lastAdvertAt, longestSilence) }),
  );
  return Math.max(0, ...waits) as Duration;
}

/** One line each; what the kernel did not remove, in words. */
function removeAll(instances: readonly NotedInstance[]): string[] {
  const netlink = new Netlink();
  const interfaces = new Interfaces(netlink, () => undefined);
  interfaces.receive();
  const addresses = new Addresses(netlink, (dev) => interfaces.find(dev)?.index);
  const refused = instances.flatMap(({ name, addresses: noted }) => {
    const there = noted.map(addressOf).filter(({ dev, prefix }) => {
      const link = interfaces.find(dev);
      return link?.addresses.some(({ address }) => address === prefix.address);
    });
    const refusals = addresses.remove(there);
    for (const one of there)
      if (!refusals.some(({ address }) => address === one))
        process.stdout.write(`(${name}) removed ${formatPrefix(one.prefix)} from ${one.dev}\n`);
    return refusals.map(({ address, message }) => `(${name}) ${formatPrefix(address.prefix)} stays: ${message}`);
  });
  interfaces.close();
  netlink.close();
  return refused;
}
