// The program of a thread that reads the configuration, so that neither a large file nor a slow disk holds up an advert.
// It opens the files, checks them, tells what it found, and ends. It loads nothing that touches the network.

import { parentPort, workerData } from 'node:worker_threads';
import { loadConfiguration, type Source } from './configuration.js';
import { CommandFailure } from './exit-code.js';
import type { Reading } from './reading.js';

function read(source: Source): Reading {
  try {
    const { config, diagnostics } = loadConfiguration(source);
    return { ...(config && { config }), diagnostics };
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    return { diagnostics: [], failure: error.lines };
  }
}

parentPort?.postMessage(read(workerData as Source));
