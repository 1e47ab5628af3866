// Says which capabilities are missing, and what a child has before and after the ambient ones are cleared; for a test.

import { execFileSync } from 'node:child_process';
import { clearAmbient, missingCapabilities } from '../../src/linux/capabilities.js';

const ofChild = (): string =>
  execFileSync('grep', ['CapEff', '/proc/self/status'], { encoding: 'utf8' }).slice(-5).trim();
const before = ofChild();
clearAmbient();
console.log(JSON.stringify([missingCapabilities(), before, ofChild()]));
