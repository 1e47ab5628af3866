// Optional fields of the model: one that has no value is not there.
// It knows no particular field, and changes none.

type Optional<T> = { readonly [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined> };
type Required<T> = { readonly [K in keyof T as undefined extends T[K] ? never : K]: T[K] };

/** The same value without its fields that are undefined. */
export function defined<const T extends object>(value: T): Optional<T> & Required<T> {
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  // What is left out is exactly what the type says may be absent.
  return Object.fromEntries(fields) as Optional<T> & Required<T>;
}
