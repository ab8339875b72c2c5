import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backoff } from './backoff';

test('waits twice as long after each failure, up to half a minute', () => {
  const longest = [1, 2, 3, 4, 5, 6, 7, 8, 100].map((failures) => backoff(failures, 1));
  assert.deepEqual(longest, [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
});

test('is never shorter than half of that', () => {
  for (let failures = 1; failures < 10; failures++) {
    assert.equal(backoff(failures, 0), backoff(failures, 1) / 2);
  }
});
