// The setting promote_secondaries is on for the interfaces that want it, and at the end it is what it was.

import { ip } from './own-network.js';
import { readFileSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { Promotion } from '../../src/linux/promotion.js';

const pathOf = (name: string): string => `/proc/sys/net/ipv4/conf/${name}/promote_secondaries`;
const settings = (...names: string[]): string =>
  names.map((name) => readFileSync(pathOf(name), 'latin1').trim()).join();

t.test('on while it is wanted', (t) => {
  for (const name of ['vl-a', 'vl-b', 'vl-c']) ip(`link add ${name} type bridge`);
  writeFileSync(pathOf('vl-b'), '1');
  const told: string[] = [];
  const promotion = new Promotion((refusal) => told.push(refusal));
  promotion.set(['vl-a', 'vl-b', 'vl-later']);
  t.equal(settings('vl-a', 'vl-b', 'vl-c'), '1,1,0');
  promotion.set(['vl-b', 'vl-c', 'vl-later']);
  t.equal(settings('vl-a', 'vl-b', 'vl-c'), '0,1,1', 'by another configuration');
  ip('link add vl-later type bridge');
  promotion.see('vl-a');
  promotion.see('vl-later');
  t.equal(settings('vl-a', 'vl-later'), '0,1', 'an interface that comes later');
  ip('link del vl-c');
  promotion.set([]);
  t.equal(settings('vl-b', 'vl-later'), '1,0', 'what was on stays on');
  t.same(told, []);
  t.end();
});
