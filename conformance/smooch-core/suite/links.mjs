// Every way a link to a channel comes about, and the events it causes in order.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { refusedAs } from '../bed/client.mjs';
import { assertShape, id, iso } from '../bed/shape.mjs';
import { until } from '../bed/wait.mjs';

export const linkTriggers = ['link:match', 'link:success', 'link:failure'];
const hello = { role: 'appMaker', type: 'text', text: 'Welcome' };

// world is a tenant with one integration, one user and a webhook for links.
export async function world(bed, name) {
  const tenant = await bed.tenant(name);
  const integration = await tenant.integrate();
  const hook = await tenant.listen(linkTriggers);
  const { appUser } = await tenant.server.appUsers.create({ appUser: { userId: 'jo' } });
  const get = async (userId = 'jo') => (await tenant.server.appUsers.get({ userId })).appUser;
  return { tenant, integration, hook, appUser, get };
}

export function links(bed) {
  for (const scope of ['account', 'app']) {
    test(`immediate without a message links at once (${scope})`, async () => {
      const { tenant, integration, hook, appUser } = await world(bed, 'Immediate');
      const phone = bed.phone();
      const spelled = `${phone.slice(0, 2)} ${phone.slice(2, 5)}-${phone.slice(5)}`;
      const linked = await tenant.as(scope).appUsers.linkChannel(tenant.args(scope, {
        userId: 'jo', data: { type: 'twilio', integrationId: integration._id, phoneNumber: spelled, confirmation: { type: 'immediate' } },
      }));
      assert.deepEqual(linked.appUser.pendingClients, []);
      const [client] = linked.appUser.clients;
      assertShape(client, {
        _id: id, id: client._id, platform: 'twilio', integrationId: integration._id, externalId: phone, status: 'active',
        active: true, blocked: false, primary: true, displayName: phone, linkedAt: iso,
        lastSeen: client.linkedAt, info: { optional: { phoneNumber: phone } },
      });
      const told = await hook.told('link:success');
      assert.equal(told.appUser._id, appUser._id);
      assert.deepEqual(hook.triggers(), ['link:success']);
      assert.deepEqual(await bed.texts(phone), []);
    });

    test(`a channel is unlinked (${scope})`, async () => {
      const { tenant, integration, get } = await world(bed, 'Unlink');
      const api = tenant.as(scope).appUsers;
      const at = (named) => tenant.args(scope, named);
      const phone = bed.phone();
      await tenant.link('jo', phone);
      assert.deepEqual(await api.getChannels(at({ userId: 'jo' })), {
        channels: [{ type: 'twilio', integrationId: integration._id, phoneNumber: phone }],
      });
      await api.unlinkChannel(at({ userId: 'jo', channel: 'twilio' }));
      assert.deepEqual((await get()).clients, []);
      await refusedAs(api.unlinkChannel(at({ userId: 'jo', channel: 'twilio' })), 'bad_request');
    });
  }

  test('immediate with a message links when the message is out', async () => {
    const { tenant, hook, get } = await world(bed, 'Immediate message');
    const phone = bed.phone();
    await tenant.link('jo', phone, { type: 'immediate', message: hello });
    await hook.count(2);
    assert.deepEqual(hook.triggers(), ['link:match', 'link:success']);
    assert.deepEqual(await bed.texts(phone), ['Welcome']);
    const user = await get();
    assert.deepEqual([user.clients.length, user.pendingClients.length], [1, 0]);
  });

  test('userActivity waits for an answer', async () => {
    const { tenant, integration, hook, get } = await world(bed, 'Activity');
    const phone = bed.phone();
    const { appUser } = await tenant.link('jo', phone, { type: 'userActivity', message: hello });
    assert.deepEqual(appUser.clients, []);
    const { _id, id: same, ...pending } = appUser.pendingClients[0];
    assert.equal(_id, same);
    assert.deepEqual(pending, {
      platform: 'twilio', integrationId: integration._id, externalId: phone, displayName: phone, status: 'pending',
    });
    await hook.told('link:match');
    assert.equal((await get()).pendingClients.length, 1);

    await bed.reply(phone, 'Who is this?');
    await hook.count(2);
    assert.deepEqual(hook.triggers(), ['link:match', 'link:success']);
    const user = await get();
    assert.deepEqual([user.clients[0].externalId, user.pendingClients.length], [phone, 0]);
  });

  test('prompt asks, and links when the person accepts', async () => {
    const { tenant, hook, get } = await world(bed, 'Prompt');
    const phone = bed.phone();
    await tenant.link('jo', phone, { type: 'prompt' });
    await hook.told('link:match');
    assert.equal((await bed.texts(phone)).length, 1);
    assert.equal((await get()).clients.length, 0);
    await bed.reply(phone, 'yes');
    await hook.count(2);
    assert.deepEqual(hook.triggers(), ['link:match', 'link:success']);
    assert.equal((await get()).clients.length, 1);
  });

  test('older callers skip the confirmation', async () => {
    const { tenant, hook } = await world(bed, 'Skipped');
    const data = { type: 'twilio', phoneNumber: bed.phone(), skipConfirmation: true };
    const { appUser } = await tenant.server.appUsers.linkChannel({ userId: 'jo', data });
    assert.equal(appUser.clients.length, 1);
    await hook.told('link:success');
    assert.deepEqual(hook.triggers(), ['link:success']);
  });

  test('messages go to the primary client', async () => {
    const { tenant, integration, get } = await world(bed, 'Primary');
    const other = await tenant.integrate();
    const [first, second] = [bed.phone(), bed.phone()];
    const link = (i, phone, primary) => tenant.link('jo', phone, { type: 'immediate' }, { integrationId: i._id, primary });
    await link(integration, first, true);
    await link(other, second, false);
    assert.deepEqual((await get()).clients.map((c) => [c.externalId, c.primary]), [[first, true], [second, false]]);
    const send = (words, more) => tenant.server.appUsers.sendMessage({
      userId: 'jo', message: { role: 'appMaker', type: 'text', text: words, ...more },
    });
    await send('to the first');
    await send('to the second', { destination: { integrationId: other._id } });
    await until('both texts', async () => (await bed.texts(first)).length + (await bed.texts(second)).length === 2);
    assert.deepEqual([await bed.texts(first), await bed.texts(second)], [['to the first'], ['to the second']]);
  });

  test('a confirmation message is not part of the conversation', async () => {
    const { tenant, hook } = await world(bed, 'Apart');
    const all = await tenant.listen(['message']);
    const phone = bed.phone();
    await tenant.link('jo', phone, { type: 'immediate', message: hello });
    await hook.told('link:success');
    await tenant.server.appUsers.sendMessage({ userId: 'jo', message: { role: 'appMaker', type: 'text', text: 'Hello again' } });
    await all.count(1);
    assert.deepEqual(all.bodies.map((b) => b.messages[0].text), ['Hello again']);
    const { messages } = await tenant.server.appUsers.getMessages({ userId: 'jo' });
    assert.deepEqual(messages.map((m) => m.text), ['Hello again']);
    await until('both texts', async () => (await bed.texts(phone)).length === 2);
    assert.deepEqual(await bed.texts(phone), ['Welcome', 'Hello again']);
  });

  test('an address moves to the user it is linked to last', async () => {
    const { tenant, hook, get } = await world(bed, 'Theft');
    const clients = await tenant.listen(['client:add', 'client:remove']);
    const phone = bed.phone();
    const { appUser: eve } = await tenant.server.appUsers.create({ appUser: { userId: 'eve' } });
    await tenant.link('jo', phone);
    await tenant.link('eve', phone);
    assert.deepEqual((await get('jo')).clients, []);
    assert.deepEqual((await get('eve')).clients.map((c) => c.externalId), [phone]);
    await hook.told('link:success', (b) => b.appUser._id === eve._id);
    await clients.told('client:remove', (b) => b.reason === 'theft' && b.appUser.userId === 'jo');
    await clients.told('client:add', (b) => b.reason === 'channelLinking' && b.appUser.userId === 'eve');

    // What the address says next is the new user's.
    await tenant.notify({ _id: (await get('eve')).clients[0].integrationId }, phone, 'Hi');
    await until('the text', async () => (await bed.texts(phone)).length === 1);
    const messages = await tenant.listen(['message:appUser']);
    await bed.reply(phone, 'Hello');
    assert.equal((await messages.told('message:appUser')).appUser._id, eve._id);
  });

  test('linking the same address again changes nothing', async () => {
    const { tenant, get } = await world(bed, 'Again');
    const phone = bed.phone();
    await tenant.link('jo', phone);
    const [client] = (await get()).clients;
    await tenant.link('jo', phone);
    const user = await get();
    assert.equal(user.clients.length, 1);
    assert.equal(user.clients[0]._id, client._id);
    assert.deepEqual(user.pendingClients, []);
  });
}
