// What webhooks are told, key for key.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { assertShape, providerID, seconds, text } from '../bed/shape.mjs';
import { refusal, told } from '../bed/told.mjs';
import { until } from '../bed/wait.mjs';

async function world(bed, name, triggers, more) {
  const tenant = await bed.tenant(name);
  const integration = await tenant.integrate();
  const hook = await tenant.listen(triggers, more);
  const { appUser } = await tenant.server.appUsers.create({ appUser: { userId: 'jo', givenName: 'Jo' } });
  return { tenant, integration, hook, appUser };
}

const say = (tenant, role, words) => tenant.server.appUsers.sendMessage({ userId: 'jo', message: { role, type: 'text', text: words } });

export function bodies(bed) {
  test('message:appMaker and message:delivery:*', async () => {
    const { tenant, integration, hook, appUser } = await world(bed, 'Out', [
      'message:appMaker', 'message:delivery:channel', 'message:delivery:user', 'message:delivery:failure',
    ]);
    await tenant.link('jo', bed.phone());
    const { message, conversation } = await say(tenant, 'appMaker', 'Hello');
    await hook.count(3);
    const user = { _id: appUser._id, userId: 'jo', conversationStarted: true };
    const talk = { appUser: user, conversation: { _id: conversation._id } };
    assertShape(hook.bodies[0], told(tenant, 'message:appMaker', { messages: [message], ...talk }));
    const fate = { ...talk, destination: { type: 'twilio', integrationId: integration._id }, message: { _id: message._id } };
    assertShape(hook.bodies[1], told(tenant, 'message:delivery:channel', {
      ...fate, isFinalEvent: false, externalMessages: [{ id: providerID }],
    }));
    assertShape(hook.bodies[2], told(tenant, 'message:delivery:user', {
      ...fate, isFinalEvent: true, externalMessages: hook.bodies[1].externalMessages,
    }));
  });

  test('message:delivery:failure', async () => {
    const { tenant, integration, hook, appUser } = await world(bed, 'Lost', ['message:delivery:failure']);
    await tenant.link('jo', bed.phone('0011'));
    const { message, conversation } = await say(tenant, 'appMaker', 'Hello');
    await hook.count(1);
    assertShape(hook.bodies[0], told(tenant, 'message:delivery:failure', {
      appUser: { _id: appUser._id, userId: 'jo', conversationStarted: true }, conversation: { _id: conversation._id },
      destination: { type: 'twilio', integrationId: integration._id }, message: { _id: message._id }, isFinalEvent: true,
      externalMessages: { optional: [] },
      error: refusal,
    }));
  });

  test('message:appUser from a phone, in full where it is asked for', async () => {
    const { tenant, integration, hook, appUser } = await world(bed, 'In', ['message:appUser'], {
      includeClient: true, includeFullAppUser: true,
    });
    const plain = await tenant.listen(['message:appUser']);
    const phone = bed.phone();
    await tenant.link('jo', phone);
    await say(tenant, 'appMaker', 'Hello');
    await until('the text', async () => (await bed.texts(phone)).length === 1);
    await bed.reply(phone, 'Hi there');
    await Promise.all([hook.count(1), plain.count(1)]);

    const { messages } = await tenant.server.appUsers.getMessages({ userId: 'jo' });
    const { conversation } = await tenant.server.conversations.get({ userId: 'jo' });
    const message = {
      _id: messages[1]._id, type: 'text', role: 'appUser', authorId: appUser._id, received: seconds, text: 'Hi there', name: 'Jo',
      source: { type: 'twilio', integrationId: integration._id, originalMessageId: providerID },
      answers: { messageId: messages[0]._id, confidence: 'same_sender' },
    };
    const body = { messages: [message], conversation: { _id: conversation._id } };
    assertShape(plain.bodies[0], told(tenant, 'message:appUser', {
      ...body, appUser: { _id: appUser._id, userId: 'jo', conversationStarted: true },
    }));
    const full = (await tenant.server.appUsers.get({ userId: 'jo' })).appUser;
    assertShape(hook.bodies[0], told(tenant, 'message:appUser', { ...body, appUser: full, client: full.clients[0] }));
  });

  test('conversation:read and typing:appUser', async () => {
    const { tenant, hook, appUser } = await world(bed, 'Read', ['conversation:read', 'typing:appUser']);
    const { conversation } = await say(tenant, 'appMaker', 'Hello');
    await tenant.server.conversations.resetUnreadCount({ userId: 'jo' });
    const act = (type) => tenant.server.appUsers.conversationActivity({ userId: 'jo', activityProps: { role: 'appUser', type } });
    await act('typing:start');
    await act('typing:stop');
    await hook.count(3);
    const talk = {
      appUser: { _id: appUser._id, userId: 'jo', conversationStarted: true }, conversation: { _id: conversation._id }, source: { type: 'api' },
    };
    assertShape(hook.bodies[0], told(tenant, 'conversation:read', talk));
    assertShape(hook.bodies[1], told(tenant, 'typing:appUser', { ...talk, activity: { type: 'typing:start' } }));
    assertShape(hook.bodies[2], told(tenant, 'typing:appUser', { ...talk, activity: { type: 'typing:stop' } }));
  });

  test('merge:appUser and appUser:delete', async () => {
    const { tenant, hook, appUser } = await world(bed, 'Ends', ['merge:appUser', 'appUser:delete']);
    const { appUser: other } = await tenant.server.appUsers.create({ appUser: { userId: 'other' } });
    await tenant.server.appUsers.mergeUsers({ surviving: { _id: appUser._id }, discarded: { _id: other._id } });
    await tenant.server.appUsers.delete({ userId: 'jo' });
    const merged = await hook.told('merge:appUser');
    assertShape(merged, told(tenant, 'merge:appUser', {
      surviving: { _id: appUser._id, userId: 'jo', conversationStarted: false },
      discarded: [{ _id: other._id, userId: 'other', conversationStarted: false }],
    }));
    const deleted = await hook.told('appUser:delete');
    assertShape(deleted, told(tenant, 'appUser:delete', { appUser: { _id: appUser._id, userId: 'jo', conversationStarted: false } }));
  });

  test('calls carry the secret, an id and a signature', async () => {
    const { tenant, hook } = await world(bed, 'Headers', ['message']);
    await say(tenant, 'appMaker', 'Hello');
    await say(tenant, 'appMaker', 'Hello again');
    const calls = await hook.count(2);
    for (const { method, headers } of calls) {
      assert.equal(method, 'POST');
      assert.equal(headers['x-api-key'], hook.webhook.secret);
      assert.match(headers['content-type'], /^application\/json/);
      assert.match(headers['x-signature'], text);
      assert.match(headers['x-event-id'], text);
    }
    assert.notEqual(calls[0].headers['x-event-id'], calls[1].headers['x-event-id']);
  });
}
