// A quick suite of the tests, bundled with a bug in it or without one, and run until its first failure. The bug is put in
// while the bundle is made: no file of the tree changes.

import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { plant, type Mutant } from './mutant.js';

/** For a bug that makes a suite hang. */
const PATIENCE_MILLISECONDS = 60_000;

export interface Suite {
  readonly name: string;
  readonly files: readonly string[];
}

/** The tests of these folders, each a suite, in the order in which a bug is shown to them. */
export function suitesOf(root: string, folders: readonly string[]): Suite[] {
  return folders.map((folder) => ({
    name: folder,
    files: readdirSync(path.join(root, folder))
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => path.join(root, folder, name)),
  }));
}

/** The name of the first test that fails, or undefined when all pass. */
export async function firstFailure(
  suite: Suite,
  { root, outfile, mutant }: { root: string; outfile: string; mutant?: Mutant },
): Promise<string | undefined> {
  await build({
    stdin: { contents: suite.files.map((file) => `import ${JSON.stringify(file)};`).join('\n'), resolveDir: root },
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    plugins: [planting(root, mutant)],
    logLevel: 'error',
  });
  return runUntilFailure(outfile);
}

/** Each file as if it stood where it stands, and the one with the bug with its bug. */
const planting = (root: string, mutant: Mutant | undefined): Plugin => ({
  name: 'planting',
  setup: (build) => {
    build.onLoad({ filter: /\.ts$/ }, async ({ path: file }) => {
      const text = await readFile(file, 'utf8');
      const isPlace = path.relative(root, file) === mutant?.file;
      const contents = (isPlace ? plant(mutant, text) : text).replaceAll(
        'import.meta.url',
        JSON.stringify(pathToFileURL(file).href),
      );
      return { contents, loader: 'ts' };
    });
  },
});

function runUntilFailure(program: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'ignore'] });
    const patience = setTimeout(() => end('it hangs'), PATIENCE_MILLISECONDS);
    let [rest, failure]: [string, string | undefined] = ['', undefined];
    const end = (words: string | undefined): void => {
      clearTimeout(patience);
      child.kill('SIGKILL');
      resolve(words);
    };
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const [, name] = /^not ok \d+ - (.*?)(?: # time=.*)?$/.exec(line) ?? [];
        if (name !== undefined) failure ??= name;
      }
      if (failure !== undefined) end(failure);
    });
    child.on('close', (code) => end(failure ?? (code === 0 ? undefined : `it ends with ${String(code)}`)));
  });
}
