// What the repository's rules are about: files as path and text, and what they say when a file breaks one. The rules
// are functions from sources to findings, so that each can be tried on a source made up for it.

import ts from 'typescript';

/** A file of the project; the path is relative to its root, with "/". */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/** "src/vrrp/machine.ts:12: what is wrong and what to do instead" */
export type Finding = string;
export type Rule = (sources: readonly Source[]) => Finding[];

export const finding = ({ path }: Source, line: number, message: string): Finding => `${path}:${line}: ${message}`;

export const isTypeScriptOfSrc = ({ path }: Source): boolean => path.startsWith('src/') && path.endsWith('.ts');

/** Where a file of src stands for the rules: "vrrp/machine", "time"; also of a path that has the ending ".js". */
export const moduleOf = (path: string): string => path.replace(/^src\//, '').replace(/\.[jt]s$/, '');

/** Calls `visit` for each node of the source, with the line it begins on, from 1. */
export function walk({ path, text }: Source, visit: (node: ts.Node, line: number) => void): void {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const descend = (node: ts.Node): void => {
    visit(node, file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1);
    ts.forEachChild(node, descend);
  };
  ts.forEachChild(file, descend);
}
