// Whatever announcements, adverts and resets come, in whatever order: each address of a departure is taken off once, not
// before its heir is known to have it or may be taken to, and not long after.

import t from 'tap';
import { after, instant, microseconds, milliseconds, type Instant } from '../../src/time.js';
import { Random } from '../../src/sim/random.js';
import {
  clear,
  cleared,
  departureDeadline,
  depart,
  hearClaim,
  hearOther,
  isOver,
  stillThere,
  take,
  without,
  type Departure,
} from '../../src/vrrp/departure.js';
import { anAddress, ip } from './host.js';

const COURSES = 500;
const STEPS = 60;
const SETTLED_WITHIN = 330_000;

/** One departure under random events; when which address went, and when which was announced. */
class Course {
  now: Instant = instant(1_000_000);
  departure: Departure;
  readonly gone = new Map<string, Instant[]>();
  readonly claimed = new Map<string, Instant>();
  readonly #addresses: readonly string[];

  constructor(
    readonly random: Random,
    readonly isCleared: boolean,
  ) {
    this.#addresses = Array.from({ length: random.below(6) }, (_, index) => `10.0.0.${index + 1}`);
    this.departure = depart(this.#addresses.map((address) => anAddress(address)));
  }

  get addresses(): readonly string[] {
    return this.#addresses;
  }

  /** To the next thing that is due, or not as far. */
  pass(most: number): void {
    const end = after(this.now, microseconds(this.random.below(most)));
    for (
      let at = departureDeadline(this.departure);
      at !== undefined && at <= end && !isOver(this.departure, this.now);
    ) {
      if (at > this.now) this.now = at;
      this.#depart();
      at = departureDeadline(this.departure);
    }
    this.now = end;
  }

  #depart(): void {
    const { leaving, gone, rest } = take(this.departure, this.now);
    this.departure = this.isCleared ? clear(rest, leaving, this.now) : rest;
    this.#off([...gone, ...(this.isCleared ? [] : leaving)].map(({ prefix }) => prefix.address));
  }

  #off(addresses: readonly string[]): void {
    for (const one of addresses) this.gone.set(one, [...(this.gone.get(one) ?? []), this.now]);
  }

  step(): void {
    const { random, now } = this;
    const address = ip(`10.0.0.${random.between(1, 7)}`);
    const source = random.pick([ip('10.9.9.1'), ip('10.9.9.2')]);
    const events = [
      () => (this.departure = hearOther(this.departure, { source, priority: random.pick([1, 1, 100]), now })),
      () => {
        if (this.departure.staying.some(({ prefix }) => prefix.address === address)) this.claimed.set(address, now);
        this.departure = hearClaim(this.departure, address, now);
      },
      () => {
        const { gone, rest } = cleared(this.departure, { addresses: [address], count: 1 });
        this.departure = rest;
        this.#off(gone.map(({ prefix }) => prefix.address));
      },
      () => {
        this.pass(random.pick([10, 2_000, 40_000]));
      },
    ];
    random.pick(events)();
  }
}

/** Neither announced itself, nor has the time been over in which the others are. */
function isEarly(
  { claimed, addresses }: Course,
  { address, at, heirAt }: { address: string; at: number; heirAt: number },
) {
  if (at >= (claimed.get(address) ?? Infinity) || at >= heirAt + 300_000) return false;
  const before = addresses.map((one) => claimed.get(one) ?? Infinity).filter((when) => when <= at);
  return at < heirAt || at < (before.length > 0 ? Math.max(...before) : heirAt) + 10_000;
}

/** What is wrong with a course, at whose end an heir is there. */
function judge(seed: number, isCleared: boolean): string[] {
  const course = new Course(new Random(seed), isCleared);
  for (let count = 0; count < STEPS; count += 1) course.step();
  course.departure = hearOther(course.departure, { source: ip('10.9.9.3'), priority: 100, now: course.now });
  const { heirAt = course.now } = course.departure;
  for (let count = 0; count < 400; count += 1) course.pass(2_000);
  if (!isOver(course.departure, course.now) || stillThere(course.departure).length > 0) return ['it is not over'];
  return course.addresses.flatMap((address) => {
    const [at = 0, ...more] = course.gone.get(address) ?? [];
    if (more.length > 0) return [`${address} is taken off ${more.length + 1} times`];
    if (isEarly(course, { address, at, heirAt })) return [`${address} goes too early, at ${at}`];
    return at > heirAt + SETTLED_WITHIN && !course.claimed.has(address) ? [`${address} goes late, at ${at}`] : [];
  });
}

for (const isCleared of [false, true])
  t.test(isCleared ? 'with connections to reset' : 'without connections to reset', (t) => {
    for (let seed = 0; seed < COURSES; seed += 1) {
      const wrong = judge(seed, isCleared);
      if (wrong.length === 0) continue;
      t.fail(`seed ${seed}: ${wrong.join()}`);
      break;
    }
    t.pass(`${COURSES} courses`);
    t.end();
  });

t.test('what is off for another reason is waited for no longer, and taken off no more', (t) => {
  let departure = depart(['10.0.0.1', '10.0.0.2'].map((address) => anAddress(address)));
  const now = instant(1_000_000);
  departure = without(departure, ({ prefix }) => prefix.address === '10.0.0.1');
  departure = hearOther(departure, { source: ip('10.9.9.3'), priority: 100, now });
  t.equal(departureDeadline(departure), after(now, microseconds(10_050)), 'one is left');
  const { leaving } = take(departure, after(now, milliseconds(11)));
  t.same(
    leaving.map(({ prefix }) => prefix.address),
    ['10.0.0.2'],
  );
  t.end();
});

t.test('given up, all go at once', (t) => {
  const departure: Departure = { ...depart([anAddress('10.0.0.1')]), given: true };
  const now = instant(1_000_000);
  t.equal(take(departure, now).leaving.length, 1);
  t.ok(isOver(take(departure, now).rest, now));
  t.end();
});
