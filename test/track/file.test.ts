// Track files: a number and what it means. keepalived.conf(5): TRACKED FILES.

import t from 'tap';
import { FileTracker } from '../../src/track/file.js';
import { effectivePriority } from '../../src/track/priority.js';
import { judge } from '../../src/track/standing.js';
import { aFile } from '../vrrp/host.js';

const verdict = (value: number, weight: number, reverse = false) =>
  judge({ weight, reverse }, { kind: 'number', value });

t.test('the number times the weight is added to the priority; `reverse` takes it off', (t) => {
  t.match(verdict(7, 2), { value: 14, failed: false });
  t.match(verdict(7, -2), { value: -14, failed: false });
  t.match(verdict(7, 2, true), { value: -14, failed: false });
  t.match(verdict(-7, 2, true), { value: 14, failed: false });
  t.end();
});

t.test('a product of -254 or less is a fault, one of -253 is not; more than 253 counts as 253', (t) => {
  t.match(verdict(-253, 1), { value: -253, failed: false });
  t.match(verdict(-254, 1), { value: 0, failed: true });
  t.match(verdict(127, -2), { failed: true });
  t.match(verdict(254, 1, true), { failed: true });
  t.match(verdict(1000, 1), { value: 253, failed: false });
  t.end();
});

t.test('without a weight any number but 0 is a fault; with `reverse` 0 is', (t) => {
  t.match(verdict(0, 0), { failed: false });
  t.match(verdict(-1, 0), { failed: true });
  t.match(verdict(0, 0, true), { failed: true });
  t.match(verdict(3, 0, true), { failed: false });
  t.end();
});

t.test('before it has been read it is awaited without a weight, and adds nothing with one', (t) => {
  t.match(judge({ weight: 0, reverse: false }, { kind: 'unknown' }), { awaited: true, failed: false });
  t.match(judge({ weight: 5, reverse: false }, { kind: 'unknown' }), { awaited: false, failed: false, value: 0 });
  t.end();
});

t.test('nothing in it counts as 0; so does what is no number, with a problem until it is one', (t) => {
  const tracker = new FileTracker(aFile());
  t.equal(tracker.value, undefined);
  t.ok(tracker.read({ kind: 'nothing' }), 'the first reading is news in any case');
  t.notOk(tracker.read({ kind: 'unusable', problem: 'it holds "on"' }));
  t.equal(tracker.value, 0);
  t.equal(tracker.problem, 'it holds "on"');
  t.ok(tracker.read({ kind: 'number', value: 4 }));
  t.equal(tracker.problem, undefined);
  t.end();
});

t.test('a file of another path has the old value until it has been read', (t) => {
  const former = new FileTracker(aFile());
  former.read({ kind: 'number', value: 4 });
  const tracker = new FileTracker(aFile({ file: '/run/other' }), former);
  t.same(tracker.standing, { kind: 'number', value: 4 });
  t.end();
});

t.test('the sum of all stays between 1 and 254, and that of the owner does not move', (t) => {
  const by = (...values: number[]) => values.map((value) => ({ tracker: 'x', value }));
  t.equal(effectivePriority(100, by(-253)), 1);
  t.equal(effectivePriority(100, by(253)), 254);
  t.equal(effectivePriority(100, by(253, -250)), 103, 'the sum, not each step');
  t.equal(effectivePriority(255, by(-100)), 255);
  t.end();
});
