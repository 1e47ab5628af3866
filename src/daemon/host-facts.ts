// Looks at this host as far as a configuration asks for it: interfaces with their addresses, programs with their paths,
// users. It reads and judges nothing of the configuration: src/config/host-check.ts does. stat(2)

import { readdirSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { parseAddress, type IpAddress } from '../address.js';
import { commandsOf, programKey, type HostFacts, type ProgramFacts } from '../config/host-check.js';
import type { Command, Config } from '../config/model.js';
import { findAccount } from '../linux/account.js';
import { problemOf, unsafePart } from '../linux/programs.js';

export function gatherFacts(config: Config): HostFacts {
  const programs = new Map<string, ProgramFacts>();
  const accounts = new Map<string, string>();
  for (const command of commandsOf(config)) {
    const key = programKey(command);
    const account = command.runAs && findAccount(command.runAs);
    if (typeof account === 'string') accounts.set(key, account);
    programs.set(key, factsOf(command));
  }
  const nftProblem = problemOf('nft');
  return { interfaces: interfacesHere(), programs, accounts, ...(nftProblem !== undefined && { nftProblem }) };
}

function interfacesHere(): Map<string, IpAddress[]> {
  const found = new Map<string, IpAddress[]>(namesOf('/sys/class/net').map((name) => [name, []]));
  for (const [name, addresses = []] of Object.entries(networkInterfaces()))
    found.set(
      name,
      addresses.flatMap(({ address }) => parseAddress(address) ?? []),
    );
  return found;
}

function namesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function factsOf({ argv, runAs }: Command): ProgramFacts {
  const [program] = argv;
  const account = runAs ? findAccount(runAs) : findAccount({ user: 'keepalived_script' });
  const asRoot = typeof account === 'string' ? true : account.uid === 0;
  const problem = problemOf(program);
  if (problem !== undefined) return { asRoot, problem };
  const unsafe = unsafePart(program, { asRoot });
  return { asRoot, ...(unsafe && { unsafe }) };
}
