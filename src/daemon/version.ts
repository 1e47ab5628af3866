// The version that this program says it has: the one in package.json, which is not read at run time. It is written
// here, as a test holds the two to each other.

export const VERSION = '0.1.0';
