import assert from 'node:assert/strict';
import { test } from 'node:test';

import { refusedAs } from '../bed/client.mjs';
import { assertShape, id, seconds } from '../bed/shape.mjs';
import { until } from '../bed/wait.mjs';

const text = (role, words, more = {}) => ({ role, type: 'text', text: words, ...more });

async function withUser(bed, name) {
  const tenant = await bed.tenant(name);
  const { appUser } = await tenant.server.appUsers.create({ appUser: { userId: 'jo' } });
  return { tenant, appUser };
}

export function messages(bed) {
  for (const scope of ['account', 'app']) {
    test(`messages are sent, read and deleted (${scope})`, async () => {
      const { tenant, appUser } = await withUser(bed, 'Messages');
      const api = tenant.as(scope).appUsers;
      const at = (named) => tenant.args(scope, { userId: 'jo', ...named });
      await refusedAs(api.getMessages(at()), 'conversation_not_found');

      const posted = await api.sendMessage(at({ message: text('appMaker', 'Hello', { name: 'Shop', metadata: { order: 7 } }) }));
      assertShape(posted, {
        message: {
          _id: id, type: 'text', role: 'appMaker', authorId: tenant.appId, name: 'Shop', received: seconds,
          source: { type: 'api' }, text: 'Hello', metadata: { order: 7 },
        },
        conversation: { _id: id, unreadCount: 1, appMakerLastRead: { optional: seconds }, appUserLastRead: { optional: seconds } },
      });
      const answer = await api.sendMessage(at({ message: text('appUser', 'Hi') }));
      assert.equal(answer.message.authorId, appUser._id);
      assert.equal(answer.conversation._id, posted.conversation._id);
      assert.equal((await api.get(at())).appUser.conversationStarted, true);

      const page = await api.getMessages(at());
      assert.deepEqual(page.messages, [posted.message, answer.message]);
      assert.equal(page.conversation._id, posted.conversation._id);

      assert.deepEqual(await api.deleteMessage(at({ messageId: posted.message._id })), {});
      assert.deepEqual((await api.getMessages(at())).messages, [answer.message]);
      await refusedAs(api.deleteMessage(at({ messageId: posted.message._id })), 'not_found');
      assert.deepEqual(await api.deleteMessages(at()), {});
      assert.deepEqual((await api.getMessages(at())).messages, []);
    });

    test(`an image with actions is kept as it was sent (${scope})`, async () => {
      const { tenant } = await withUser(bed, 'Images');
      const message = {
        role: 'appMaker', type: 'image', text: 'New in', mediaUrl: 'https://shop.example.org/a.png', mediaType: 'image/png', altText: 'A coat',
        actions: [
          { type: 'link', text: 'See', uri: 'https://shop.example.org/a' },
          { type: 'postback', text: 'Keep', payload: 'KEEP', metadata: { sku: 'a' } },
        ],
      };
      const sent = await tenant.as(scope).appUsers.sendMessage(tenant.args(scope, { userId: 'jo', message }));
      assertShape(sent.message, {
        _id: id, type: 'image', role: 'appMaker', authorId: tenant.appId, name: 'Images', received: seconds, source: { type: 'api' },
        text: 'New in', mediaUrl: message.mediaUrl, mediaType: 'image/png', altText: 'A coat',
        actions: [
          { _id: id, type: 'link', text: 'See', uri: 'https://shop.example.org/a' },
          { _id: id, type: 'postback', text: 'Keep', uri: '', payload: 'KEEP', metadata: { sku: 'a' } },
        ],
      });
    });
  }

  test('a message reaches the phone that is linked', async () => {
    const { tenant } = await withUser(bed, 'Reach');
    const integration = await tenant.integrate();
    const hook = await tenant.listen(['message:delivery:channel', 'message:delivery:user']);
    const phone = bed.phone();
    await tenant.link('jo', phone);
    const send = (message) => tenant.server.appUsers.sendMessage({ userId: 'jo', message });
    const { message } = await send(text('appMaker', 'One'));
    await hook.told('message:delivery:user', (b) => b.message._id === message._id);
    await send(text('appMaker', 'Two', { destination: { integrationId: integration._id } }));
    await send(text('appMaker', 'Three', { destination: { integrationType: 'twilio' } }));
    await send(text('appUser', 'Four'));
    await until('three texts', async () => (await bed.texts(phone)).length >= 3);
    assert.deepEqual(await bed.texts(phone), ['One', 'Two', 'Three']);
  });

  test('messages that cannot be are refused, and leave nothing', async () => {
    const { tenant } = await withUser(bed, 'Bad messages');
    const integration = await tenant.integrate();
    const reply = { type: 'reply', text: 'Yes', payload: 'Y' };
    const link = { type: 'link', text: 'See', uri: 'https://example.org' };
    const bad = [
      {}, { role: 'appMaker' }, text('somebody', 'x'), { type: 'text', text: 'x' },
      { role: 'appMaker', type: 'text' }, { role: 'appMaker', type: 'song', text: 'x' }, { role: 'appMaker', type: 'image' },
      text('appMaker', 'x', { actions: [reply, link] }), text('appMaker', 'x', { actions: [{ type: 'link', text: 'See' }] }),
      text('appMaker', 'x', { actions: [{ type: 'dance', text: 'x' }] }), text('appUser', 'x', { actions: [link] }),
      text('appMaker', 'x', { metadata: { deep: { er: 1 } } }), text('appMaker', 'x', { metadata: 'flat' }),
      text('appMaker', 'x', { destination: { integrationId: integration._id } }), // the user has no client there
      text('appMaker', 'x', { destination: {} }), text('appUser', 'x', { destination: { integrationType: 'twilio' } }), text('appMaker', 12),
    ];
    for (const message of bad) {
      await refusedAs(tenant.server.appUsers.sendMessage({ userId: 'jo', message }), 'bad_request').catch((err) => {
        throw new Error(`${JSON.stringify(message)}: ${err.message}`, { cause: err });
      });
    }
    await refusedAs(tenant.server.appUsers.sendMessage({ userId: 'nobody', message: text('appMaker', 'x') }), 'user_not_found');
    await refusedAs(tenant.server.appUsers.getMessages({ userId: 'jo' }), 'conversation_not_found');
  });
}
