// The documents name what is there: a path in backticks exists, and no folder of src is left out of the overview.

import { finding, type Rule, type Source } from './source.js';

const OVERVIEW = 'docs/ARCHITECTURE.md';
const isDocument = ({ path }: Source): boolean => path === 'README.md' || /^docs\/[^/]+\.md$/.test(path);

/** A path in backticks below one of the project's folders; patterns with * or <> are not taken for paths. */
const NAMED_PATH = /`((?:src|test|native|systemd|docs|\.ci)\/[\w./-]*)`/g;

interface NamedPath {
  readonly path: string;
  readonly line: number;
}

const namedPaths = ({ text }: Source): NamedPath[] =>
  text
    .split('\n')
    .flatMap((content, index) =>
      [...content.matchAll(NAMED_PATH)].map(([, path = '']) => ({ path: path.replace(/\/$/, ''), line: index + 1 })),
    );

/** Every path that README.md and docs/*.md name is a file or a folder. */
export const namedPathsExist: Rule = (sources) =>
  sources.filter(isDocument).flatMap((document) =>
    namedPaths(document)
      .filter(({ path }) => !sources.some((source) => source.path === path || source.path.startsWith(`${path}/`)))
      .map(({ path, line }) => finding(document, line, `"${path}" does not exist`)),
  );

/** Every folder of src is in the overview, as `src/NAME/`. */
export const foldersAreNamed: Rule = (sources) => {
  const overview = sources.find(({ path }) => path === OVERVIEW);
  if (overview === undefined) return [`${OVERVIEW}:1: does not exist`];
  const named = new Set(namedPaths(overview).map(({ path }) => path));
  const folders = new Set(sources.flatMap(({ path }) => /^src\/[^/]+(?=\/)/.exec(path) ?? []));
  return [...folders]
    .filter((folder) => !named.has(folder))
    .map((folder) => finding(overview, 1, `the folder "${folder}" is not named, write \`${folder}/\``));
};
