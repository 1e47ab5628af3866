// Arguments with which Node runs TypeScript: for tests that start a file of their own as a process.

export const TYPESCRIPT: readonly string[] = ['--import', import.meta.resolve('@tapjs/typescript/import')];
