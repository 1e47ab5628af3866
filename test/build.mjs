// Builds the programs into dist/: the daemon with its command line as one file, and the demo and the bench beside it.
// raw-socket keeps its compiled part outside the bundle; the addon is loaded by path from native/build. nodemailer stays
// outside so that it, and what it needs of Node, is loaded only where there is mail.
import { build } from 'esbuild';
import { chmodSync, existsSync } from 'node:fs';

const programs = {
  vrrpd: 'src/vrrpd.ts',
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
await build({
  entryPoints: Object.fromEntries(Object.entries(programs).filter(([, source]) => existsSync(source))),
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  external: ['raw-socket', 'nodemailer', 'esbuild'],
  // A megabyte of young heap is plenty, and a flood of packets does not make the process grow; with the rest of the heap
  // kept small too, a thousand instances need a third of the memory. What runs once, as the start does, is not worth
  // optimizing: a large configuration is read in half the time.
  // yargs brings a createRequire of its own into the bundle, so the banner's has another name.
  banner: {
    js: "#!/usr/bin/env -S node --optimize-for-size --max-semi-space-size=1 --interrupt-budget=2000000\nimport { createRequire as requireFrom } from 'node:module';\nconst require = requireFrom(import.meta.url);",
  },
  logLevel: 'warning',
});
for (const name of Object.keys(programs)) if (existsSync(`dist/${name}.js`)) chmodSync(`dist/${name}.js`, 0o755);
