// The pair of layout 1 on a real network, with a check that succeeds, beside the same pair as `vrrpd simulate` plays it:
// how long nobody serves the address when the master crashes, is stopped, or loses its link.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { IpAddress } from '../../src/address.js';
import type { Config } from '../../src/config/model.js';
import { readConfig } from '../../src/config/read.js';
import { planProgramme, playTale } from '../../src/sim/programme.js';
import type { TrialPlan } from '../../src/sim/trial.js';
import { between, inMilliseconds } from '../../src/time.js';
import type { Capture, SeenAdvert } from './capture.js';
import { projectRoot, startDaemon, type Daemon } from './daemon.js';
import { eventually } from './eventually.js';
import type { Host } from './host.js';
import type { Job } from './job.js';
import { Lab } from './lab.js';
import { Prober } from './prober.js';

export const LOSSES = ['crash', 'stop', 'link'] as const;
export type Loss = (typeof LOSSES)[number];

/** Milliseconds. */
export interface Hole {
  /** From the last advert of the first master to the first one of its heir. */
  readonly silence: number;
  /** As the client sees it. */
  readonly client: number;
}

const VIP = '192.168.1.190' as IpAddress;
const NODES = ['01', '02'] as const;
type Kind = 'vrrpd' | 'keepalived';

const textOf = (node: (typeof NODES)[number]): string => {
  const file = `test/fixtures/layouts/1-mycat-haproxy-pair/keepalived-edu-haproxy-${node}.conf`;
  return readFileSync(path.join(projectRoot(), file), 'utf8');
};

/** Milliseconds that the simulation foretells for each loss. */
export function foretell(daemon: Kind): ReadonlyMap<Loss, number> {
  const hosts = NODES.map((node) => ({ name: `node${node}`, daemon, config: read(textOf(node)) }));
  const plan: TrialPlan = { hosts, seed: 1, configOf: () => undefined };
  const holes = planProgramme(plan, LOSSES).tales.map((tale) => {
    const [, { outcomes: [outcome] } = { outcomes: [] }] = playTale(plan, tale);
    return [tale.name as Loss, outcome ? inMilliseconds(outcome.longest) : NaN] as const;
  });
  return new Map(holes);
}

function read(text: string): Config {
  const { config } = readConfig({ file: 'layout 1', load: () => text });
  if (config === undefined) throw new Error('layout 1 can not be read');
  return config;
}

/** Plays one loss for real. Throws with both logs when the heir does not take over. */
export async function suffer(loss: Loss, daemon: Daemon): Promise<Hole> {
  const lab = await Lab.open();
  const jobs: Job[] = [];
  try {
    const open = async (name: (typeof NODES)[number], address: string): Promise<Node> => {
      const host = await lab.host({ name, interface: 'eth1', address });
      await host.namespace.write('/etc/keepalived/haproxy_check.sh', '#!/bin/sh\nexit 0\n', { mode: 0o755 });
      return { host, capture: await lab.network.capture(host, 'vrrp') };
    };
    const [first, second] = [await open('01', '192.168.1.191/24'), await open('02', '192.168.1.192/24')];
    const client = await lab.host({ name: 'client', interface: 'eth0', address: '192.168.1.10/24' });
    const prober = await Prober.start(client, VIP);
    // The first one has nopreempt: it has to be there first.
    jobs.push(await startDaemon(first.host, daemon, textOf('01')));
    await eventually('the first one serves', () => prober.latest?.mac === first.host.mac, { within: 20_000 });
    const heir = await startDaemon(second.host, daemon, textOf('02'));
    jobs.push(heir);
    const isReady = (): boolean => heir.log.some((line) => line.includes('from 110 to 112'));
    await eventually('the heir listens, and its check has succeeded', isReady, { within: 20_000 });
    const said = (await first.capture.adverts()).length;
    await eventually('it says an advert', async () => (await first.capture.adverts()).length > said + 1);
    const from = Prober.mark();
    await lose(loss, { lab, host: first.host, job: jobs[0] });
    await eventually('the heir serves', () => prober.latest?.mac === second.host.mac, { within: 20_000 });
    const { longestHole } = await prober.report({ from });
    return { silence: await silenceBetween(first.capture, second.capture), client: longestHole };
  } catch (error) {
    throw new Error(`${loss}: ${jobs.map(({ log }) => log.join('\n')).join('\n---\n')}`, { cause: error });
  } finally {
    await lab.close();
  }
}

interface Node {
  readonly host: Host;
  readonly capture: Capture;
}

async function lose(loss: Loss, { lab, host, job }: { lab: Lab; host: Host; job: Job | undefined }): Promise<void> {
  if (loss === 'crash') await host.namespace.close();
  if (loss === 'link') await lab.network.unplug(host);
  if (loss === 'stop') await job?.stop();
}

async function silenceBetween(one: Capture, other: Capture): Promise<number> {
  const [last, first] = [(await one.adverts()).at(-1), (await other.adverts())[0]];
  return inMilliseconds(between({ from: stampOf(last), to: stampOf(first) }));
}

function stampOf(advert: SeenAdvert | undefined): SeenAdvert['at'] {
  if (advert === undefined) throw new Error('no advert was seen');
  return advert.at;
}
