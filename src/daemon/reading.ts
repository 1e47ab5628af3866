// Reads the configuration in a thread of its own while the daemon runs: see reader.ts. It judges nothing, and whatever
// goes wrong there is a failure in words here.

import { Worker } from 'node:worker_threads';
import type { Config } from '../config/model.js';
import type { Diagnostic } from '../config/read.js';
import type { Source } from './configuration.js';

/** `config` is absent when the files are not usable; `failure` when they could not be read at all. */
export interface Reading {
  readonly config?: Config;
  readonly diagnostics: readonly Diagnostic[];
  readonly failure?: readonly string[];
}

/** A file that takes longer is on a disk that does not answer. */
const PATIENCE_MILLISECONDS = 30_000;

/** What is in the file now. Never rejects. */
export function readApart(source: Source): Promise<Reading> {
  return new Promise((resolve) => {
    const thread = new Worker(new URL('./reader.js', import.meta.url), { workerData: source });
    const settle = (reading: Reading): void => {
      clearTimeout(patience);
      void thread.terminate();
      resolve(reading);
    };
    const fail = (words: string): void =>
      settle({ diagnostics: [], failure: [`${source.file} could not be read: ${words}`] });
    const patience = setTimeout(() => fail('it takes too long'), PATIENCE_MILLISECONDS);
    thread.once('message', settle);
    thread.once('error', (error: Error) => fail(error.message));
    thread.once('exit', () => fail('the reader ended early'));
  });
}
