import assert from 'node:assert/strict';
import { test } from 'node:test';

import { refusedAs } from '../bed/client.mjs';
import { assertShape, id, seconds } from '../bed/shape.mjs';

const link = { type: 'link', text: 'See', uri: 'https://shop.example.org/a' };
const seen = { _id: id, ...link };

// types are messages as they are sent, and what is kept of them besides.
const types = {
  file: [{ mediaUrl: 'https://shop.example.org/a.pdf', mediaType: 'application/pdf', altText: 'Bill' }, {}],
  carousel: [
    { items: [{ title: 'A', description: 'first', mediaUrl: 'https://shop.example.org/a.png', size: 'large', actions: [link, { type: 'share' }] }], displaySettings: { imageAspectRatio: 'square' } },
    {
      text: '1. A: first',
      items: [{ _id: id, title: 'A', description: 'first', mediaUrl: 'https://shop.example.org/a.png', size: 'large', actions: [seen, { _id: id, type: 'share', text: '', uri: '' }] }],
    },
  ],
  list: [{ items: [{ title: 'A', actions: [link] }, { title: 'B', actions: [link] }] }, { text: '1. A\n2. B', items: ['A', 'B'].map((title) => ({ _id: id, title, actions: [seen] })) }],
  location: [
    { coordinates: { lat: 45.5, long: -73.5 }, location: { name: 'Shop', address: '1 High St' } },
    { text: 'Location: Shop, 1 High St\nhttps://maps.google.com/maps?q=45.5,-73.5' },
  ],
  form: [
    { fields: [{ type: 'text', name: 'name', label: 'Name' }, { type: 'select', name: 'size', label: 'Size', options: [{ name: 's', label: 'Small' }] }], blockChatInput: true },
    {
      submitted: false,
      fields: [
        { _id: id, type: 'text', name: 'name', label: 'Name', minSize: 1, maxSize: 128 },
        { _id: id, type: 'select', name: 'size', label: 'Size', options: [{ _id: id, name: 's', label: 'Small' }], selectSize: 1 },
      ],
    },
  ],
};

export function messageTypes(bed) {
  const withUser = async (name) => {
    const tenant = await bed.tenant(name);
    await tenant.server.appUsers.create({ appUser: { userId: 'jo' } });
    return tenant;
  };

  for (const [type, [sent, kept]] of Object.entries(types)) {
    test(`a ${type} is kept and told as it was sent`, async () => {
      const tenant = await withUser(type);
      const hook = await tenant.listen(['message:appMaker']);
      const { message } = await tenant.server.appUsers.sendMessage({ userId: 'jo', message: { role: 'appMaker', type, ...sent } });
      assertShape(message, { _id: id, type, role: 'appMaker', authorId: tenant.appId, name: type, received: seconds, source: { type: 'api' }, ...sent, ...kept });
      assert.deepEqual((await tenant.server.appUsers.getMessages({ userId: 'jo' })).messages, [message]);
      assert.deepEqual((await hook.told('message:appMaker')).messages, [message]);
      await refusedAs(tenant.server.appUsers.sendMessage({ userId: 'jo', message: { role: 'appMaker', type } }), 'bad_request');
    });
  }

  test('a user answers a form', async () => {
    const tenant = await withUser('Forms');
    const [form] = types.form;
    const { message: asked } = await tenant.server.appUsers.sendMessage({ userId: 'jo', message: { role: 'appMaker', type: 'form', ...form } });
    const answer = {
      role: 'appUser', type: 'formResponse', quotedMessage: { type: 'message', content: { _id: asked._id } },
      fields: [{ type: 'text', name: 'name', text: 'Jo' }, { type: 'select', name: 'size', select: [{ name: 's', label: 'Small' }] }],
    };
    const { message } = await tenant.user('jo').appUsers.sendMessage({ userId: 'jo', message: answer });
    assert.equal(message.textFallback, 'Name: Jo\nSize: Small');
    assert.deepEqual(message.fields.map((f) => f._id), asked.fields.map((f) => f._id));
    assert.equal(message.quotedMessage.content._id, asked._id);
    assert.deepEqual(message.quotedMessage.content.fields, asked.fields);
    const { messages } = await tenant.server.appUsers.getMessages({ userId: 'jo' });
    assert.deepEqual(messages, [{ ...asked, submitted: true }, message]);
  });

  test('a text stands for several messages, unless the app ignores that', async () => {
    const tenant = await withUser('Shorthand');
    const message = { role: 'appMaker', type: 'text', text: 'Look ![](https://shop.example.org/a.png) $[Buy](2.50)' };
    const send = () => tenant.server.appUsers.sendMessage({ userId: 'jo', message });
    const sent = await send();
    assert.deepEqual([sent.message, ...sent.extraMessages].map((m) => m.type), ['text', 'image', 'text']);
    assertShape(sent.extraMessages[1].actions, [{ _id: id, type: 'buy', text: 'Buy', uri: '', amount: 250, currency: 'usd', state: 'offered' }]);
    assert.equal(sent.conversation.unreadCount, 3);
    const { app } = await bed.account.apps.update({ appId: tenant.appId, data: { settings: { ignoreShorthand: true } } });
    assert.equal(app.settings.ignoreShorthand, true);
    const plain = await send();
    assert.equal(plain.message.text, message.text);
    assert.equal('extraMessages' in plain, false);
  });

  test("a provider's own message is for its channel only", async () => {
    const tenant = await withUser('Native');
    const integration = await tenant.integrate();
    const message = { type: 'template', template: { name: 'n', language: { policy: 'deterministic', code: 'en' } } };
    const notify = (named) => tenant.server.notifications.postNotification({
      appId: tenant.appId,
      notification: { destination: { integrationId: integration._id, destinationId: bed.phone() }, author: { role: 'appMaker' }, message, ...named },
    });
    await refusedAs(notify({ messageSchema: 'whatsapp' }), 'bad_request', /^messageSchema /);
    await refusedAs(notify({ messageSchema: 'line' }), 'bad_request', /^messageSchema /);
    await refusedAs(notify({ messageSchema: 'whatsapp', message: { type: 'template', template: { name: 'n' } } }), 'bad_request', /^message\.template\.language /);
    const posted = await tenant.server.appUsers.sendMessage({ userId: 'jo', message: { role: 'appMaker', messageSchema: 'whatsapp', message } });
    assert.equal(posted.message.text, '[WhatsApp template n (en)]');
  });
}
