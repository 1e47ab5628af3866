// A reader of the dump files in the manner of the public exporters for Prometheus: it goes by indentation and by the
// words before "=" and ":", knows no line by heart, and asks for a file by a signal to the process in the pid file.

import { eventually } from './eventually.js';
import type { Host } from './host.js';

/** A block of keepalived.data: "Key = value" lines, and the indented lines below a "Title:" line. */
export interface Block {
  readonly name: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly lists: Readonly<Record<string, readonly string[]>>;
}

export interface ExportedData {
  readonly instances: readonly Block[];
  readonly scripts: readonly Block[];
  readonly groups: readonly Block[];
  readonly files: readonly Block[];
  readonly processes: readonly Block[];
}

export function readData(text: string): ExportedData {
  const blocks = text.split(/^(?=------<|(?: \S))/m);
  return {
    instances: named(blocks, 'VRRP Instance'),
    scripts: named(blocks, 'VRRP Script'),
    groups: named(blocks, 'VRRP Sync Group'),
    files: named(blocks, 'Track file'),
    processes: named(blocks, 'VRRP Track process'),
  };
}

const named = (blocks: readonly string[], title: string): Block[] =>
  blocks.filter((block) => block.startsWith(` ${title} = `)).map(readBlock);

function readBlock(block: string): Block {
  const [head = '', ...lines] = block.trimEnd().split('\n');
  const fields: Record<string, string> = {};
  const lists: Record<string, string[]> = {};
  let list: string[] = [];
  for (const line of lines) {
    const [, key = '', value] = /^ {3}(\S.*?) = (.*)$/.exec(line) ?? [];
    const [, title] = /^ {3}(\S.*?) ?(?:\(\d+\))?:$/.exec(line) ?? [];
    if (line.startsWith('     ')) list.push(line.trim());
    else if (value !== undefined) fields[key] = value;
    else if (title !== undefined) lists[title] = list = [];
  }
  return { name: head.slice(head.indexOf('=') + 2), fields, lists };
}

export interface ExportedStats {
  readonly name: string;
  /** By section and key: "Packet Errors TTL". */
  readonly counts: Readonly<Record<string, number>>;
}

export function readStats(text: string): ExportedStats[] {
  return text
    .split(/^(?=VRRP Instance: )/m)
    .filter((block) => block !== '')
    .map((block) => {
      const [head = '', ...lines] = block.trimEnd().split('\n');
      const counts: Record<string, number> = {};
      let section = '';
      for (const line of lines) {
        const [, indent, key = '', value] = /^( +)([^:]+):(?: (\d+))?$/.exec(line) ?? [];
        if (value === undefined) section = key;
        else counts[indent === '    ' ? `${section} ${key}` : key] = Number(value);
      }
      return { name: head.slice('VRRP Instance: '.length), counts };
    });
}

export interface ExportedJson {
  readonly data: Readonly<Record<string, unknown>>;
  readonly stats: Readonly<Record<string, number>>;
}

export const readJson = (text: string): ExportedJson[] => JSON.parse(text) as ExportedJson[];

const FILES = { DATA: 'keepalived.data', STATS: 'keepalived.stats', JSON: 'keepalived.json' } as const;

/** The text that the daemon of a host writes now; `program` is how keepalived is called there. */
export async function ask(host: Host, program: string, kind: keyof typeof FILES): Promise<string> {
  const { namespace } = host;
  const file = `/tmp/${FILES[kind]}`;
  await namespace.run('rm', '-f', file);
  await namespace.run('sh', '-c', `kill -$(${program} --signum=${kind}) $(cat /run/keepalived.pid)`);
  let text = '';
  // keepalived 2.2.7 writes in place: what a moment later is the same is whole.
  await eventually(`${host.name} writes ${file}`, async () => {
    const before = text;
    text = await namespace.read(file).catch(() => '');
    return text !== '' && text === before;
  });
  return text;
}
