// That a run tried every method that the client exports: those that are offered
// by both path families, and those that are not with an answer that says so.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { methods } from '../bed/calls.mjs';

// left says which methods are not offered.
const left = /^(stripe|appUsers\.(stripe|viber|wechat)|deployments)\./;
// account are the methods that only the account's clients may call.
const account = /^(apps\.(create|list|delete)$|serviceAccounts\.)/;

export function everyMethod(bed) {
  test('every method of the client was called, and did what it should', () => {
    const all = methods(bed.account);
    assert.equal(all.length, 85, all.join(' '));
    const wrong = [];
    for (const method of all) {
      const want = left.test(method) ? 'not_implemented' : 'done';
      for (const scope of ['account', 'app']) {
        if (scope === 'app' && account.test(method)) continue;
        const got = bed.calls.outcomes(scope, method);
        if (!got.has(want)) wrong.push(`${method} (${scope}) is to be ${want}, and was: ${[...got].join(', ') || 'never called'}`);
        if (want !== 'done' && got.has('done')) wrong.push(`${method} (${scope}) is said to be left out, and works`);
      }
    }
    assert.deepEqual(wrong, []);
  });
}
