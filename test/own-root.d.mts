// The type of test/own-root.mjs, for the demo.

export function becomeRoot(): Promise<string | undefined>;
