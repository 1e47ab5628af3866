// Builds the programs into dist/: the daemon with its command line, and the demo and the bench beside it.
// raw-socket keeps its compiled part outside the bundle; the addon is loaded by path from native/build. nodemailer stays
// outside so that it, and what it needs of Node, is loaded only where there is mail.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, rmSync } from 'node:fs';

const programs = {
  reader: 'src/daemon/reader.ts',
  demo: 'test/demo/demo.ts',
  bench: 'test/bench/bench.ts',
  control: 'test/bench/control.ts',
  pinger: 'test/bench/pinger.ts',
  server: 'test/bench/server.ts',
  clients: 'test/bench/clients.ts',
  mutants: 'test/mutants/mutants.ts',
  soak: 'test/soak/soak.ts',
  injector: 'test/lab/injector.ts',
  recorder: 'test/lab/recorder.ts',
  customer: 'test/demo/customer.ts',
  database: 'test/demo/database.ts',
};
// A megabyte of young heap is plenty, and with the rest of the heap kept small too, a thousand instances need a third of
// the memory. What runs once, as the start does, is not worth optimizing: a large configuration is read in half the time.
// Collecting garbage in one thread takes no longer with so little of it, and does not wait for helpers that a busy machine
// gives no time: 36 ms at worst became 3 ms. The first collection of the whole heap comes when hundreds of instances have
// begun, not meanwhile: 16 ms.
// An engine does not start with a flag that it does not know, and each Node has another one.
const flags = [
  '--optimize-for-size',
  '--max-semi-space-size=1',
  '--initial-old-space-size=18',
  '--interrupt-budget=2000000',
  '--single-threaded-gc',
  '--expose-gc',
].filter((flag) => spawnSync(process.execPath, [flag, '--version']).status === 0);
const firstLine = `#!/usr/bin/env -S node ${flags.join(' ')}\n`;
const common = {
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  target: 'node20',
  external: ['raw-socket', 'nodemailer', 'esbuild'],
  logLevel: 'warning',
};
await build({
  ...common,
  entryPoints: Object.fromEntries(Object.entries(programs).filter(([, source]) => existsSync(source))),
  format: 'esm',
  // yargs brings a createRequire of its own into the bundle, so the banner's has another name.
  banner: {
    js: `${firstLine}import { createRequire as requireFrom } from 'node:module';\nconst require = requireFrom(import.meta.url);`,
  },
});
for (const name of Object.keys(programs)) if (existsSync(`dist/${name}.js`)) chmodSync(`dist/${name}.js`, 0o755);

// The daemon itself is a script that dist/vrrpd.cjs loads, with what a run has compiled of it. In a script import() has
// nobody to ask.
const script = (name, source, firstLine = '') =>
  build({
    ...common,
    entryPoints: { [name]: source },
    outExtension: { '.js': '.cjs' },
    format: 'cjs',
    supported: { 'dynamic-import': false },
    define: { 'import.meta.url': 'fileUrl' },
    banner: { js: `${firstLine}'use strict';\nconst fileUrl = require('node:url').pathToFileURL(__filename).href;` },
  });
await script('vrrpd', 'src/cli/compiled.ts', firstLine);
chmodSync('dist/vrrpd.cjs', 0o755);
await script('program', 'src/vrrpd.ts');
// A story runs the reader of configurations, the router, the loop and the packets: most of what a start compiles.
const layout = 'test/fixtures/layouts/3-haproxy-notify';
const command = ['simulate', `${layout}/keepalived-node1.conf`, `${layout}/keepalived-node2.conf`, '--story', 'crash'];
// The engine tells an old one by its length alone.
rmSync('dist/program.cjs.code', { force: true });
const run = spawnSync(process.execPath, [...flags, 'test/precompile.mjs', ...command], { encoding: 'utf8' });
if (!existsSync('dist/program.cjs.code')) console.warn(`nothing is compiled ahead, starts are slower: ${run.stderr}`);
