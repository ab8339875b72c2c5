// How calls that fail are repeated. The waits are the contract's: 10 s after the
// first failure and a minute after the second, each give or take a tenth.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';

const minutes = 60_000;
const slack = 5; // seconds that a busy machine may add

async function listener(bed, name, answers) {
  const tenant = await bed.tenant(name);
  const hook = await tenant.listen(['message'], {}, answers);
  await tenant.server.appUsers.create({ appUser: { userId: 'jo' } });
  const say = (words) => tenant.server.appUsers.sendMessage({ userId: 'jo', message: { role: 'appMaker', type: 'text', text: words } });
  return { hook, say };
}

function signature(call) {
  const [, t, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(call.headers['x-signature']);
  return { t, v1 };
}

function signed(call, secret) {
  const { t, v1 } = signature(call);
  return v1 === createHmac('sha256', secret).update(`${t}.${call.raw}`).digest('hex');
}

// waited checks the time before call n by the server's own clock, which a busy
// machine does not delay: it is in the signature, in whole seconds.
function waited(calls, n, least, most) {
  const seconds = signature(calls[n]).t - signature(calls[n - 1]).t;
  assert.ok(seconds >= least - 1 && seconds <= most + 1 + slack, `${seconds} s before call ${n + 1}`);
}

export function retries(bed) {
  test('500, 500, 200: three calls with the same body, then the next event', async () => {
    const { hook, say } = await listener(bed, 'Retried', [500, 500]);
    await say('one');
    await hook.count(1);
    await say('two');
    const calls = await hook.count(4, 2 * minutes);
    const tried = calls.slice(0, 3);
    assert.equal(new Set(tried.map((c) => c.raw)).size, 1, 'the same body');
    assert.equal(new Set(tried.map((c) => c.headers['x-event-id'])).size, 1, 'the same event id');
    for (const call of calls) {
      assert.equal(call.headers['x-api-key'], hook.webhook.secret);
      assert.ok(signed(call, hook.webhook.secret), 'the signature is right');
    }
    assert.deepEqual(tried.map((c) => c.headers['x-attempt']), ['1', '2', '3']);
    waited(calls, 1, 9, 11);
    waited(calls, 2, 54, 66);
    assert.deepEqual([calls[0], calls[3]].map((c) => c.body.messages[0].text), ['one', 'two'], 'order is kept');
  });

  for (const status of [400, 401, 403, 404, 406]) {
    test(`${status}: one call`, async () => {
      const { hook, say } = await listener(bed, 'Given up', [status]);
      await say('one');
      await say('two');
      // The events of one conversation are told in order: the second one's call
      // shows that the first one was given up.
      const calls = await hook.count(2);
      assert.deepEqual(calls.map((c) => c.body.messages[0].text), ['one', 'two']);
    });
  }

  test('no answer for 20 s: called again', async () => {
    const { hook, say } = await listener(bed, 'Slow', ['never']);
    await say('one');
    const calls = await hook.count(2, minutes);
    assert.equal(calls[0].raw, calls[1].raw);
    waited(calls, 1, 29, 31);
  });
}
