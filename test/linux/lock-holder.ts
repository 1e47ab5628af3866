// Takes the lock of the instance that its argument names, says whether it could, and keeps it; for a test.

import { InstanceLocks } from '../../src/linux/instance-lock.js';

const [, , interfaceName = '', virtualRouterId] = process.argv;
const locks = new InstanceLocks();
const isTaken =
  locks.takeAll([{ interface: interfaceName, virtualRouterId: Number(virtualRouterId), family: 'ipv4' }]) === undefined;
console.log(isTaken);
// Whoever forgets it loses the lock when the heap is swept.
setInterval(() => locks, 60_000);
