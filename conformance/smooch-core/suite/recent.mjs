// An answer comes back with what led to it, once and in order.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { assertShape, id, seconds } from '../bed/shape.mjs';
import { until } from '../bed/wait.mjs';

export function recent(bed) {
  test('an answer carries the notifications before it, exactly once', async () => {
    const tenant = await bed.tenant('Recent');
    const integration = await tenant.integrate();
    const hook = await tenant.listen(['message']);
    const phone = bed.phone();
    for (const words of ['Your order is packed', 'Your order left']) await tenant.notify(integration, phone, words);
    await until('both texts', async () => (await bed.texts(phone)).length === 2);

    await bed.reply(phone, 'When is it here?');
    await bed.reply(phone, 'Hello?');
    const [first, second] = (await hook.count(2)).map((c) => c.body);
    assert.equal(first.messages[0].text, 'When is it here?');
    assertShape(first.recentNotifications, ['Your order is packed', 'Your order left'].map((words) => ({
      _id: id, type: 'text', role: 'appMaker', authorId: tenant.appId, received: seconds, text: words,
      source: { type: 'notification' },
    })));
    const [one, two] = first.recentNotifications;
    assert.ok(one.received < two.received && two.received < first.messages[0].received);
    assert.equal(second.messages[0].text, 'Hello?');
    assert.equal('recentNotifications' in second, false);

    // The next notification comes with the next answer, and the old ones do not.
    await tenant.notify(integration, phone, 'It is at your door');
    await until('the third text', async () => (await bed.texts(phone)).length === 3);
    await bed.reply(phone, 'Thanks');
    const [, , third] = (await hook.count(3)).map((c) => c.body);
    assert.deepEqual(third.recentNotifications.map((m) => m.text), ['It is at your door']);
    assert.deepEqual(hook.triggers(), Array(3).fill('message:appUser'), 'a notification is no message:appMaker');

    const { messages } = await tenant.server.appUsers.getMessages({ userId: first.appUser._id });
    assert.deepEqual(messages.map((m) => m.text), [
      'Your order is packed', 'Your order left', 'When is it here?', 'Hello?', 'It is at your door', 'Thanks',
    ]);
  });

  test('of many notifications the newest 25 are told', async () => {
    const tenant = await bed.tenant('Many');
    const integration = await tenant.integrate();
    const hook = await tenant.listen(['message:appUser']);
    const phone = bed.phone();
    const all = Array.from({ length: 27 }, (_, n) => `News ${n}`);
    for (const words of all) await tenant.notify(integration, phone, words);
    await until('all texts', async () => (await bed.texts(phone)).length === all.length, 60_000);
    await bed.reply(phone, 'Stop writing so much');
    const told = await hook.told('message:appUser');
    assert.deepEqual(told.recentNotifications.map((m) => m.text), all.slice(-25));
  });
}
