// Runs a command of the built daemon, as test/build.mjs asks for with the engine's flags of a real start, and keeps what
// the engine has compiled for it in dist/program.cjs.code, where the next start finds it.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

let program;
process.on('exit', () => writeFileSync('dist/program.cjs.code', program.script.createCachedData()));
process.argv = [process.argv[0], 'vrrpd', ...process.argv.slice(2)];
program = createRequire(import.meta.url)('../dist/vrrpd.cjs');
