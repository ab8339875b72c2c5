// What becomes of a notification, as webhooks are told.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { assertShape, id, providerID, seconds, text } from '../bed/shape.mjs';

const every = ['notification:delivery:channel', 'notification:delivery:user', 'notification:delivery:failure'];

// told is the whole body of a delivery event.
function told(tenant, integration, phone, notification, more) {
  return {
    version: 'v1.1',
    app: { _id: tenant.appId },
    timestamp: seconds,
    destination: { type: 'twilio', integrationId: integration._id, destinationId: phone },
    notification: { _id: notification },
    matchResult: { appUser: { _id: id, conversationStarted: true }, conversation: { _id: id } },
    ...more,
  };
}

const why = (code) => ({
  code,
  message: text,
  underlyingError: {
    reason: text, status: { optional: Number.isInteger }, message: text,
    errors: [{ code: Number.isInteger, title: { optional: text } }],
  },
});

export function delivery(bed) {
  test('a provider that takes it and confirms: channel, then user', async () => {
    const tenant = await bed.tenant('Delivered');
    const integration = await tenant.integrate();
    const hook = await tenant.listen(every);
    const phone = bed.phone();
    const notification = await tenant.notify(integration, phone, 'Your parcel is here');
    const [channel, user] = (await hook.count(2)).map((c) => c.body);
    const external = [{ id: providerID }];
    assertShape(channel, told(tenant, integration, phone, notification, {
      trigger: 'notification:delivery:channel', isFinalEvent: false, externalMessages: external,
    }));
    assertShape(user, told(tenant, integration, phone, notification, {
      trigger: 'notification:delivery:user', isFinalEvent: true, externalMessages: channel.externalMessages,
    }));
    assert.deepEqual(user.matchResult, channel.matchResult);
  });

  test('a provider that refuses it: one failure and nothing else', async () => {
    const tenant = await bed.tenant('Rejected');
    const integration = await tenant.integrate();
    const hook = await tenant.listen(every);
    const phone = bed.phone('0011');
    const first = await tenant.notify(integration, phone, 'One');
    const [{ body: failure }] = await hook.count(1);
    assertShape(failure, told(tenant, integration, phone, first, {
      trigger: 'notification:delivery:failure', isFinalEvent: true, error: why('bad_request'), externalMessages: { optional: [] },
    }));
    // Events of a conversation come in order: when the next one's are here,
    // nothing more comes of the first.
    const second = await tenant.notify(integration, phone, 'Two');
    await hook.told('notification:delivery:failure', (b) => b.notification._id === second);
    assert.deepEqual(hook.triggers((b) => b.notification._id === first), ['notification:delivery:failure']);
  });

  test('a provider that takes it and fails later: channel, then failure', async () => {
    const tenant = await bed.tenant('Undelivered');
    const integration = await tenant.integrate();
    const hook = await tenant.listen(every);
    const phone = bed.phone('0303');
    const notification = await tenant.notify(integration, phone, 'Anybody there?');
    const [channel, failure] = (await hook.count(2)).map((c) => c.body);
    assert.equal(channel.trigger, 'notification:delivery:channel');
    assert.equal(channel.isFinalEvent, false);
    assertShape(failure, told(tenant, integration, phone, notification, {
      trigger: 'notification:delivery:failure', isFinalEvent: true, externalMessages: channel.externalMessages,
      error: why('uncategorized_error'),
    }));
  });

  test('a person who opted out is not written to', async () => {
    const tenant = await bed.tenant('Opted out');
    const integration = await tenant.integrate();
    const hook = await tenant.listen([...every, 'message:appUser']);
    const phone = bed.phone();
    const first = await tenant.notify(integration, phone, 'Hello');
    await hook.told('notification:delivery:user', (b) => b.notification._id === first);
    await bed.reply(phone, 'STOP');
    await hook.told('message:appUser');
    const second = await tenant.notify(integration, phone, 'Hello again');
    const failure = await hook.told('notification:delivery:failure', (b) => b.notification._id === second);
    assert.equal(failure.error.code, 'blocked');
    assert.equal(failure.isFinalEvent, true);
    assert.deepEqual(await bed.texts(phone), ['Hello']);
  });

  test('callbacks that come twice or out of order are told once and in order', async () => {
    const tenant = await bed.tenant('Twice');
    const integration = await tenant.integrate();
    const hook = await tenant.listen(every);
    for (const [ending, triggers] of [
      ['0602', ['notification:delivery:channel', 'notification:delivery:user']],
      ['0601', ['notification:delivery:channel', 'notification:delivery:user']],
    ]) {
      const phone = bed.phone(ending);
      const notification = await tenant.notify(integration, phone, 'Once');
      await hook.told('notification:delivery:user', (b) => b.notification._id === notification);
      const next = await tenant.notify(integration, phone, 'More');
      await hook.told('notification:delivery:user', (b) => b.notification._id === next);
      assert.deepEqual(hook.triggers((b) => b.notification._id === notification), triggers);
    }
  });
}
