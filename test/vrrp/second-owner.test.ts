// Who is known as a second owner, for how long, and how often the addresses are announced against him, under random
// sightings; where a whole router shows it, it is a sentence (test/sentences/no-outage-second-owner.ts).

import t from 'tap';
import { parseMac } from '../../src/address.js';
import { after, instant, microseconds, seconds } from '../../src/time.js';
import { Random } from '../../src/sim/random.js';
import { describeSecondOwner, isStubborn, SecondOwners, type SecondOwner } from '../../src/vrrp/second-owner.js';
import { ip } from './host.js';

const address = ip('192.168.1.190');
const macOf = (number: number) => parseMac(`02:00:00:00:00:${String(number).padStart(2, '0')}`) ?? ('' as never);

t.test(
  'at most 16 are known, a reaction comes each 200 ms at most, and ten against each one without an advert',
  (t) => {
    for (let seed = 0; seed < 20; seed += 1) {
      const random = new Random(seed);
      const owners = new SecondOwners();
      const reactions = new Map<string, number>();
      let [now, last] = [instant(0), -Infinity];
      for (let count = 0; count < 500; count += 1) {
        now = after(now, microseconds(random.pick([0, 1_000, 60_000, 199_999, 200_000, 2_000_000])));
        const mac = macOf(random.below(random.pick([3, 30])));
        if (random.chance(40)) {
          owners.heardAdvert();
          reactions.clear();
        }
        const advertInt = seconds(1);
        const known = new Set(owners.present({ now, advertInt }).map((one) => one.mac));
        const { owner, isNew } = owners.see({ mac, address, how: 'is there' }, { now, advertInt });
        if (isNew === known.has(mac)) t.fail(`seed ${seed}: ${mac} is news: ${isNew}`);
        if (isNew) reactions.delete(mac);
        if (owners.reacts(owner, now)) {
          if (now - last < 200_000) t.fail(`seed ${seed}: two reactions within ${now - last} us`);
          last = now;
          reactions.set(mac, (reactions.get(mac) ?? 0) + 1);
        }
        if ((reactions.get(mac) ?? 0) > 10) t.fail(`seed ${seed}: ${reactions.get(mac)} reactions`);
        if (owners.present({ now, advertInt }).length > 16) t.fail(`seed ${seed}: too many`);
      }
    }
    t.pass('20 runs');
    t.end();
  },
);

t.test('one is present for 12 s after it was seen last, or 12 intervals where those are longer', (t) => {
  for (const [interval, kept] of [
    [seconds(1), seconds(12)],
    [seconds(0.1), seconds(12)],
    [seconds(3), seconds(36)],
  ] as const) {
    const owners = new SecondOwners();
    owners.see({ mac: macOf(1), address, how: 'is there' }, { now: instant(0), advertInt: interval });
    t.equal(owners.present({ now: after(instant(0), kept), advertInt: interval }).length, 1);
    t.equal(owners.present({ now: after(instant(1), kept), advertInt: interval }).length, 0);
  }
  t.end();
});

t.test('the latest is shown first; one that is MASTER no more knows nobody', (t) => {
  const owners = new SecondOwners();
  for (const number of [1, 2, 3])
    owners.see({ mac: macOf(number), address, how: 'is there' }, { now: instant(number), advertInt: seconds(1) });
  const seen = { now: instant(9), advertInt: seconds(1) };
  t.same(
    owners.present(seen).map(({ mac }) => mac),
    [macOf(3), macOf(2), macOf(1)],
  );
  owners.clear();
  t.same(owners.present(seen), []);
  t.end();
});

t.test('it is said who, where from, and what it may be', (t) => {
  const owner: SecondOwner = {
    mac: macOf(7),
    source: ip('192.168.1.7'),
    address,
    how: 'is there',
    since: instant(0),
    lastAt: instant(0),
    times: 1,
    reactions: 9,
  };
  t.equal(describeSecondOwner(owner), 'A second owner of 192.168.1.190: 192.168.1.7, 02:00:00:00:00:07 is there');
  t.notOk(isStubborn(owner));
  t.match(describeSecondOwner({ ...owner, reactions: 10 }), /is there; it sends no adverts: left over .*or proxy ARP$/);
  t.end();
});
