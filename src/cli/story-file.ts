// A story of the operator's own, from its file: the hosts that it brings along, its acts, and what is wrong with it, a
// line each as for a configuration. The language is src/sim/story.ts.

import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Config } from '../config/model.js';
import { loadConfiguration } from '../daemon/configuration.js';
import { CommandFailure, EXIT } from '../daemon/exit-code.js';
import type { Stage } from '../sim/play.js';
import { actsOf, STORIES, type Tale } from '../sim/stories.js';
import { readStory, type HostLine, type Line, type Problem } from '../sim/story.js';
import type { Node, Wanted } from './nodes.js';

export class StoryFile {
  readonly hosts: readonly HostLine[];
  readonly lines: readonly Line[];
  readonly #text: readonly string[];

  /** Throws a CommandFailure when there is no such file, or a line of it can't be read. */
  constructor(readonly path: string) {
    const text = textOf(path);
    this.#text = text.split('\n');
    const { hosts, lines, problems } = readStory(text);
    this.hosts = hosts;
    this.lines = lines;
    this.refuse(problems);
  }

  /** Throws a CommandFailure that has a line for each problem, when there is one. */
  refuse(problems: readonly Problem[]): void {
    if (problems.length === 0) return;
    const inOrder = problems.toSorted((one, other) => one.line - other.line);
    const lines = inOrder.map(({ line, column, words }) => `${this.path}:${line}:${column}: error ${words}`);
    throw new CommandFailure(EXIT.configuration, lines);
  }

  /** The hosts that it brings along; a file is looked for beside the story, a condition in it asks for the host's name. */
  wanted(): Wanted[] {
    return this.hosts.map(({ name, file, daemon }) => ({ name, daemon, configId: name, file: this.#beside(file) }));
  }

  /** Host lines may stand in a story that is told of other files, as long as they name the same hosts. */
  agreeWith(names: readonly string[]): void {
    const strange = this.hosts.filter(({ name }) => !names.includes(name));
    this.refuse(
      strange.map(({ line, name }) => ({
        line,
        column: 1,
        words: `there is no host ${name}, only those of the command line: ${names.join(', ')}`,
      })),
    );
  }

  tale(): Tale {
    const lines = this.lines.map(({ line, command }) => ({ title: this.#written(line), command }));
    return { name: this.path, title: this.path, acts: actsOf(lines) };
  }

  /** What `reload` goes over to. */
  configOf(nodes: readonly Node[]): Stage['configOf'] {
    return (file, { name }): Config | undefined => {
      const id = nodes.find((node) => node.name === name)?.configId;
      try {
        return loadConfiguration({ file: this.#beside(file), ...(id !== undefined && { configId: id }) }).config;
      } catch (error) {
        if (error instanceof CommandFailure) return undefined;
        throw error;
      }
    };
  }

  #beside(file: string): string {
    return resolve(dirname(this.path), file);
  }

  /** A line without its comment. */
  #written(line: number): string {
    return (this.#text[line - 1] ?? '').replace(/#.*/s, '').trim().replace(/\s+/g, ' ');
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    const stories = `${STORIES.join(', ')}, all`;
    throw new CommandFailure(EXIT.noFile, [`${path} is no story (${stories}), and no file that can be read`]);
  }
}
