// A simulated pair for the tests of the simulator: two hosts from a few lines of configuration, and what happened to them.

import { parseAddress, type IpAddress } from '../../src/address.js';
import type { Config } from '../../src/config/model.js';
import { readConfig } from '../../src/config/read.js';
import { Network, type Happening } from '../../src/sim/network.js';
import { planNetwork } from '../../src/sim/plan.js';
import { Random } from '../../src/sim/random.js';

export const ip = (text: string): IpAddress => {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(`no address: ${text}`);
  return address;
};

export const VIRTUAL = ip('10.0.0.100');

/** A configuration from its text; conditions see `configId`. */
export function configOf(text: string, configId = ''): Config {
  const { config, diagnostics } = readConfig({ file: 'test.conf', load: () => text, configId });
  if (config) return config;
  throw new Error(diagnostics.map(({ words }) => words).join('\n'));
}

/** An instance with the virtual address and these lines more. */
export const instanceText = (...lines: string[]): string =>
  `vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    virtual_ipaddress {
        10.0.0.100/24
    }
    ${lines.join('\n')}
}
`;

export interface PairPlan {
  /** Lines of the instance, beside its priority: 150 on lb1, 100 on lb2. */
  readonly lines?: readonly string[];
  /** Before the instance. */
  readonly head?: string;
  readonly seed?: number;
}

export class Pair {
  /** "seconds host words" of adverts, ARP, transitions, and of who answers the client. */
  readonly happened: string[] = [];
  readonly frames: Uint8Array[] = [];
  readonly network: Network;

  constructor({ lines = [], head = '', seed = 1 }: PairPlan = {}) {
    const host = (name: string, priority: number) => {
      const config = configOf(`${head}${instanceText(`priority ${priority}`, ...lines)}`, name);
      return { name, daemon: 'vrrpd' as const, config };
    };
    const hosts = [host('lb1', 150), host('lb2', 100)];
    const watch = (happening: Happening): void => this.#watch(happening);
    this.network = new Network({ ...planNetwork(hosts), random: new Random(seed), watch });
  }

  get client() {
    const [client] = this.network.clients;
    if (!client) throw new Error('no client');
    return client;
  }

  host(name: 'lb1' | 'lb2') {
    return this.network.host(name);
  }

  state(name: 'lb1' | 'lb2'): string | undefined {
    return this.host(name).router?.instances.get('VI_1')?.state.kind;
  }

  #watch(happening: Happening): void {
    const say = (words: string): void => void this.happened.push(`${this.network.now / 1_000_000} ${words}`);
    if (happening.kind === 'frame') this.frames.push(happening.frame);
    else if (happening.kind === 'answered') say(`client ${happening.by?.name ?? 'nobody'}`);
    else if (happening.kind === 'reset') say(`${happening.host.name} resets`);
    else {
      const { host, effect } = happening;
      if (effect.kind === 'send-advert') say(`${host.name} advert ${effect.advert.priority}`);
      else if (effect.kind === 'send-garp') say(`${host.name} garp`);
      else if (effect.kind === 'notify') say(`${host.name} ${effect.event.state}`);
    }
  }
}
