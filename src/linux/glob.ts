// The files that a pattern of `include` names, as glob(3) finds them: `*`, `?` and `[...]` in each part of the path, sorted,
// hidden ones only where the pattern says the dot. It reads folders, never a file.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Paths that exist; a relative pattern gives paths that begin with `folder`. */
export function glob(pattern: string, folder: string): string[] {
  const parts = pattern.split('/').filter((part) => part !== '');
  let paths = [pattern.startsWith('/') ? '/' : folder];
  for (const part of parts) paths = paths.flatMap((path) => childrenOf(path, part));
  return paths.filter((path) => existsSync(path));
}

function childrenOf(path: string, part: string): string[] {
  if (!/[*?[]/.test(part)) return [join(path, part)];
  const form = formOf(part);
  if (form === undefined) return [];
  return namesIn(path)
    .filter((name) => form.test(name) && (!name.startsWith('.') || part.startsWith('.')))
    .sort()
    .map((name) => join(path, name));
}

/** A folder that can't be read has nothing in it. */
function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

/** The pattern of one name; undefined for brackets that hold nothing sensible. */
function formOf(part: string): RegExp | undefined {
  const text = part.replace(/\[([!^]?)((?:\]|\[)?[^\]]*)\]|[*?]|[^*?[]+|\[/g, (piece, not?: string, set?: string) => {
    if (set !== undefined) return `[${not === '' ? '' : '^'}${set.replace(/[\\\][^]/g, '\\$&')}]`;
    if (piece === '*') return '.*';
    return piece === '?' ? '.' : piece.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  });
  try {
    return new RegExp(`^${text}$`, 's');
  } catch {
    return undefined;
  }
}
