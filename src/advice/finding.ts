// A message about two configurations that are to serve the same virtual routers, and the places that it names in them.
// It finds nothing by itself, and knows no rule.

import type { Code, Severity } from '../config/diagnostic.js';
import type { Place, VrrpInstance } from '../config/model.js';

/** A message about both files. */
export interface Finding {
  readonly severity: Severity;
  readonly code: Code;
  readonly words: string;
  /** One or two, the place in the first file first. */
  readonly places: readonly Place[];
}

/** The same virtual router in the first and in the second file. */
export type Instances = readonly [VrrpInstance, VrrpInstance];

/** Where the keyword stands in each; else where the instance begins. */
export const placesOf = (instances: readonly VrrpInstance[], keyword: string): Place[] =>
  instances.map(({ places, place }) => places[keyword] ?? place);
