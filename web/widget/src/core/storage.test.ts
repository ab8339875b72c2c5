import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStorage } from './storage';
import { FakeStorage } from './testing/world';

const area = () => new FakeStorage();

test('keeps values apart by integration', () => {
  const shared = area();
  const one = openStorage('one', 'localStorage', () => shared);
  const two = openStorage('two', 'localStorage', () => shared);
  one.set('session', { token: 'x' });
  assert.deepEqual(one.get('session'), { token: 'x' });
  assert.equal(two.get('session'), null);
  one.set('session', null);
  assert.equal(one.get('session'), null);
  assert.equal(shared.length, 0);
});

test('is what another tab has just written', () => {
  const shared = area();
  const here = openStorage('one', 'localStorage', () => shared);
  const there = openStorage('one', 'localStorage', () => shared);
  here.set('n', 1);
  there.set('n', 2);
  assert.equal(here.get('n'), 2);
});

test('lists keys by their beginning', () => {
  const store = openStorage('one', 'localStorage', area);
  for (const key of ['out:b', 'out:a', 'device']) store.set(key, 1);
  assert.deepEqual(store.keys('out:'), ['out:a', 'out:b']);
});

test('falls back to memory where the browser refuses', () => {
  const store = openStorage('one', 'localStorage', () => {
    throw new DOMException('no', 'SecurityError');
  });
  store.set('out:1', { a: 1 });
  assert.deepEqual(store.get('out:1'), { a: 1 });
  assert.deepEqual(store.keys('out:'), ['out:1']);
  store.set('out:1', null);
  assert.equal(store.get('out:1'), null);
});

test('keeps in memory what no longer fits', () => {
  const small = area();
  const store = openStorage('one', 'localStorage', () => small);
  store.set('a', 'old');
  small.full = true;
  store.set('a', 'new');
  assert.equal(store.get('a'), 'new');
  small.full = false;
  store.set('a', 'newest');
  assert.equal(openStorage('one', 'localStorage', () => small).get('a'), 'newest');
});

test('answers null for what is not JSON', () => {
  const odd = area();
  odd.setItem('heliograph:one:session', '{');
  assert.equal(openStorage('one', 'localStorage', () => odd).get('session'), null);
});
