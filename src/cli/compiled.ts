// What is called as vrrpd: the program, with the code that the engine made of it at build time, since compiling is a
// quarter of a start. The engine refuses the code of another version or of other flags and compiles as ever. It keeps
// the code of scripts only, so the program is one; and so is this, since what loads modules takes longer. It knows no command.

import { existsSync, readFileSync } from 'node:fs';
import { createRequire, Module } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';

type Body = (exports: object, require: NodeJS.Require, module: object, file: string, folder: string) => void;

const filename = fileURLToPath(new URL('./program.cjs', import.meta.url));
const code = `${filename}.code`;
/** The build keeps what has been compiled of it. Its text is ASCII. */
export const script = new Script(Module.wrap(readFileSync(filename, 'latin1')), {
  filename,
  ...(existsSync(code) && { cachedData: readFileSync(code) }),
});
(script.runInThisContext() as Body)({}, createRequire(filename), {}, filename, dirname(filename));
