// Who there is in a router, and how an input finds those it concerns: by interface, by virtual router, by check.
// A reload replaces all of it at once. It knows no state and has no opinion.

import type { ScriptTracker } from '../track/script.js';
import type { Instance } from './instance.js';

export class Roster {
  readonly instances = new Map<string, Instance>();
  readonly scripts = new Map<string, ScriptTracker>();
  readonly #byInterface = new Map<string, Instance[]>();
  readonly #byVirtualRouter = new Map<string, Instance>();
  readonly #byScript = new Map<string, Instance[]>();

  /** From now on these, in this order, and nobody else. */
  set({ instances, scripts }: { instances: Iterable<Instance>; scripts: Iterable<ScriptTracker> }): void {
    for (const index of [this.instances, this.scripts, this.#byInterface, this.#byVirtualRouter, this.#byScript])
      index.clear();
    for (const tracker of scripts) this.scripts.set(tracker.config.name, tracker);
    for (const instance of instances) this.#add(instance);
  }

  /** Those that speak on the interface or have an address there. */
  onInterface(name: string): readonly Instance[] {
    return this.#byInterface.get(name) ?? [];
  }

  /** Those that send and hear adverts on the interface. */
  speakersOn(name: string): readonly Instance[] {
    return this.onInterface(name).filter(({ config }) => config.interface === name);
  }

  virtualRouter(interfaceName: string, id: number): Instance | undefined {
    return this.#byVirtualRouter.get(`${interfaceName} ${id}`);
  }

  /** Those that the check counts for. */
  tracking(script: string): readonly Instance[] {
    return this.#byScript.get(script) ?? [];
  }

  #add(instance: Instance): void {
    const { config } = instance;
    this.instances.set(config.name, instance);
    this.#byVirtualRouter.set(`${config.interface} ${config.virtualRouterId}`, instance);
    const interfaces = new Set([config.interface, ...instance.addresses.map(({ dev }) => dev)]);
    for (const name of interfaces) append(this.#byInterface, name, instance);
    for (const { script } of config.trackScripts) append(this.#byScript, script, instance);
  }
}

function append(index: Map<string, Instance[]>, key: string, instance: Instance): void {
  const list = index.get(key);
  if (list === undefined) index.set(key, [instance]);
  else list.push(instance);
}
