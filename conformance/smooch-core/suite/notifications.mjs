import assert from 'node:assert/strict';
import { test } from 'node:test';

import { refusedAs } from '../bed/client.mjs';
import { basic, send } from '../bed/raw.mjs';
import { assertShape, uuid } from '../bed/shape.mjs';
import { until } from '../bed/wait.mjs';

const order = (integration, phone, more = {}) => ({
  destination: { integrationId: integration._id, destinationId: phone },
  author: { role: 'appMaker' },
  message: { type: 'text', text: 'Check this out!' },
  ...more,
});

export function notifications(bed) {
  for (const scope of ['account', 'app']) {
    test(`a notification needs nothing but an address (${scope})`, async () => {
      const tenant = await bed.tenant('Notifications');
      const integration = await tenant.integrate();
      const phone = bed.phone();
      const answer = await tenant.as(scope).notifications.postNotification({
        appId: tenant.appId, notification: order(integration, phone),
      });
      assertShape(answer, { notification: { _id: uuid } });
      await until('the text', async () => (await bed.texts(phone)).length === 1);
      assert.deepEqual(await bed.texts(phone), ['Check this out!']);
    });
  }

  test('a known address belongs to its user, however it is spelled', async () => {
    const tenant = await bed.tenant('Known');
    const integration = await tenant.integrate();
    const hook = await tenant.listen(['notification:delivery:channel']);
    const { appUser } = await tenant.server.appUsers.create({ appUser: { userId: 'jo' } });
    const phone = bed.phone();
    await tenant.link('jo', phone);
    const notification = await tenant.notify(integration, phone.slice(1).replace(/^(....)/, '$1 '), 'Hello');
    const told = await hook.told('notification:delivery:channel', (b) => b.notification._id === notification);
    assert.equal(told.matchResult.appUser._id, appUser._id);
    assert.equal(told.matchResult.appUser.userId, 'jo');
    const { messages } = await tenant.server.appUsers.getMessages({ userId: 'jo' });
    assert.deepEqual(messages.map((m) => [m.text, m.role, m.source.type]), [['Hello', 'appMaker', 'notification']]);
  });

  test('it is found below /sc and, for older clients, below /v1', async () => {
    const tenant = await bed.tenant('Prefixes');
    const integration = await tenant.integrate();
    for (const prefix of ['/v1', '/v1.1', '/sc/v1', '/sc/v1.1']) {
      const path = `${prefix}/apps/${tenant.appId}/notifications`;
      const { status, body } = await send(bed, basic(tenant.key), 'POST', path, order(integration, bed.phone()));
      assert.equal(status, 201, prefix);
      assertShape(body, { notification: { _id: uuid } });
    }
  });

  test('notifications that cannot be are refused at once', async () => {
    const tenant = await bed.tenant('Refused notifications');
    const integration = await tenant.integrate();
    const hook = await tenant.listen(['notification:delivery:channel', 'notification:delivery:failure']);
    const phone = bed.phone();
    const post = (notification) => tenant.server.notifications.postNotification({ appId: tenant.appId, notification });
    const bad = [
      {}, order(integration, phone, { destination: undefined }), order(integration, phone, { author: undefined }),
      order(integration, phone, { message: undefined }), order(integration, phone, { author: { role: 'appUser' } }),
      order(integration, ''), order({}, phone), order(integration, 'not a number'), order(integration, '+1234567890123456'),
      order(integration, phone, { message: { type: 'text', text: '' } }), order(integration, phone, { message: { type: 'song' } }),
      order(integration, phone, { messageSchema: 'pigeon' }), order(integration, phone, { messageSchema: 'whatsapp' }),
    ];
    for (const notification of bad) {
      await refusedAs(post(notification), 'bad_request').catch((err) => {
        throw new Error(`${JSON.stringify(notification)}: ${err.message}`, { cause: err });
      });
    }
    await refusedAs(post(order({ _id: 'f'.repeat(24) }, phone)), 'integration_not_found');
    const stranger = await bed.tenant('Stranger');
    await refusedAs(stranger.server.notifications.postNotification({
      appId: stranger.appId, notification: order(integration, phone),
    }), 'integration_not_found');

    const good = await tenant.notify(integration, phone, 'The only one');
    await hook.told('notification:delivery:channel', (b) => b.notification._id === good);
    assert.deepEqual(await bed.texts(phone), ['The only one']);
  });
}
