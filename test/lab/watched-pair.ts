// A pair of which nobody may notice what is done to it: the client's answers, and the sequence of those who speak on the
// wire, tell whether anybody did. When a story fails, the logs of all its daemons are told.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Test } from 'tap';
import { decodeArp } from '../../src/packet/arp.js';
import { decodeAdvertisement } from '../../src/packet/ndisc.js';
import { servedAddress } from './dialect.js';
import { eventually, PATIENCE } from './eventually.js';
import type { Job } from './job.js';
import { Pair, VRID, type PairPlan, type Router } from './pair.js';
import { Prober, type Mark } from './prober.js';

/** ms. It takes that much until nobody who could would still speak up. */
const AFTERMATH = 1_300;

/** ms. So long after the heir's first advert the one who leaves waits for its announcement. */
const ANNOUNCES_WITHIN = 10;
/** ms, at least, from one request of the prober to the next. */
const PROBES_EACH = 10;

/** A word on the wire: whose, when, and with what priority. */
export interface Word {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly at: Mark;
  readonly priority: number;
}

export class WatchedPair {
  /** All daemons that were ever started. */
  readonly #jobs: [name: string, job: Job][] = [];

  private constructor(readonly pair: Pair) {}

  /** Plays a story on it; a is MASTER at its beginning, and b has heard it. */
  static async play(t: Test, plan: PairPlan, story: (watched: WatchedPair) => Promise<void>): Promise<void> {
    const watched = new WatchedPair(await Pair.open(plan));
    t.teardown(() => watched.pair.close());
    try {
      await watched.#begin();
      await story(watched);
    } catch (error) {
      watched.tellLogs(t);
      throw error;
    }
    if (!t.passing()) watched.tellLogs(t);
  }

  get a(): Router {
    return this.pair.a;
  }

  get b(): Router {
    return this.pair.b;
  }

  /** Starts its daemon, again perhaps, and waits for nothing. */
  async launch(router: Router): Promise<void> {
    this.#jobs.push([router.host.name, await this.pair.launch(router)]);
  }

  /** Starts its daemon; returns when it listens. */
  async start(router: Router): Promise<void> {
    await this.launch(router);
    await this.says(router, 'Entering BACKUP STATE');
  }

  /** Waits for a line of the daemon that was started last. */
  async says({ host, job }: Router, line: string): Promise<void> {
    const isThere = (): boolean => job?.log.some((text) => text.includes(line)) ?? false;
    await eventually(`${host.name} says: ${line}`, isThere);
  }

  /** Until this one holds the address and the other one does not. */
  async only({ host }: Router): Promise<void> {
    const other = host === this.a.host ? this.b.host : this.a.host;
    const { pair } = this;
    const isSo = async (): Promise<boolean> => (await pair.holds(host)) && !(await pair.holds(other));
    await eventually(`only ${host.name} holds it`, isSo);
  }

  /** Waits for the next advert of this one. */
  async speaks(router: Router): Promise<Word> {
    const from = Prober.mark();
    let word: Word | undefined;
    const isSaid = async (): Promise<boolean> => {
      word = (await this.words(from)).find(({ name }) => name === router.host.name);
      return word !== undefined;
    };
    await eventually(`${router.host.name} speaks`, isSaid);
    return word ?? { name: router.host.name, at: NaN, priority: 0 };
  }

  /** The adverts of both for VI_1 since then, in order, without farewells. */
  async words(from: Mark): Promise<Word[]> {
    const words = [this.a, this.b].map(async ({ host, capture }) =>
      (await capture.adverts()).flatMap(({ at, received }) =>
        received.kind === 'advert' && received.advert.virtualRouterId === VRID && received.advert.priority > 1
          ? [{ name: host.name, at: at / 1_000, priority: received.advert.priority }]
          : [],
      ),
    );
    return (await Promise.all(words))
      .flat()
      .filter(({ at }) => at >= from)
      .sort((one, other) => one.at - other.at);
  }

  /** Who spoke since then, one after the other. */
  async speakers(from: Mark): Promise<string[]> {
    const names = (await this.words(from)).map(({ name }) => name);
    return names.filter((name, index) => name !== names[index - 1]);
  }

  /** When this one announced the address by gratuitous ARP or neighbour advertisement, in milliseconds since 1970. */
  async announcements({ capture }: Router): Promise<Mark[]> {
    const address = servedAddress(this.pair.dialect);
    return (await capture.frames()).flatMap(({ at, octets }) => {
      const arp = decodeArp(octets);
      if (arp.kind === 'arp')
        return arp.sender.address === address && arp.target.address === address ? [at / 1_000] : [];
      const advertisement = decodeAdvertisement(octets);
      const isIt = advertisement.kind === 'advertisement' && advertisement.target.address === address;
      return isIt ? [at / 1_000] : [];
    });
  }

  /**
   * ms by which the machine held up this one, after its first advert, in announcing the address: the one who leaves does not
   * wait for that.
   */
  async heldUp(heir: Router, from: Mark): Promise<number> {
    const spoke = (await this.words(from)).find(({ name }) => name === heir.host.name)?.at ?? NaN;
    const announced = (await this.announcements(heir)).find((at) => at >= spoke) ?? NaN;
    return Math.max(0, announced - spoke - ANNOUNCES_WITHIN);
  }

  tellLogs(t: Test): void {
    for (const [name, { log }] of this.#jobs) t.comment(`${name}:\n${log.join('\n')}`);
  }

  async #begin(): Promise<void> {
    await this.start(this.a);
    await this.start(this.b);
    await this.pair.answeredBy(this.a, PATIENCE);
    await this.speaks(this.a);
  }
}

/** Does it, waits for the aftermath, and tells what the client saw and who spoke. */
export async function during(watched: WatchedPair, deed: () => Promise<void>) {
  const from = Prober.mark();
  await deed();
  await sleep(AFTERMATH);
  const report = await watched.pair.prober.report({ from });
  const speakers = await watched.speakers(from);
  const heir = speakers.at(-1) === 'b' ? watched.b : watched.a;
  const heldUp = speakers.length > 1 ? await watched.heldUp(heir, from) : 0;
  /** Requests that may have no answer: two, and those of the time in which the machine held up the heir. */
  const most = 2 + Math.ceil(heldUp / PROBES_EACH);
  return { ...report, from, speakers, most };
}
