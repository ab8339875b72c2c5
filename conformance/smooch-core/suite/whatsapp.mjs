// WhatsApp, set up and used with nothing but the client.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';

import { refusedAs } from '../bed/client.mjs';
import { keyOf, uploads, withFile } from '../bed/form_data.mjs';
import { assertShape, id, iso, text, uuid } from '../bed/shape.mjs';
import { until } from '../bed/wait.mjs';

const hex = () => randomBytes(16).toString('hex');
const digits = () => String(10 ** 14 + Math.floor(Math.random() * 9 * 10 ** 13)).replace(/0404$/, '0405');
const any = () => true;

// connected makes an integration, and tells the simulator its webhook as one
// tells Meta.
async function connected(bed, tenant, scope = 'app') {
  const props = {
    type: 'whatsapp', phoneNumberId: digits(), accessToken: hex(), appSecret: hex(), verifyToken: hex(), accountId: digits(), appId: digits(),
  };
  const { type, accessToken, appId, ...number } = props;
  await bed.simulator.post('/sim/whatsapp/numbers', number);
  const { integration } = await tenant.as(scope).integrations.create({ appId: tenant.appId, props });
  await bed.simulator.post('/sim/whatsapp/numbers', { ...number, callbackUrl: `${bed.url}/hooks/whatsapp/${integration._id}` });
  return { integration, props };
}

// thread waits for as many messages on a person's phone.
const thread = (bed, person, count) => until(`${count} messages on ${person}`, async () => {
  const res = await fetch(`${bed.simulator.url}/sim/threads/whatsapp/${person}`);
  const { messages = [] } = res.ok ? await res.json() : {};
  return messages.length >= count && messages;
});

const says = (bed, person, body, to) => bed.simulator.post(`/sim/whatsapp/people/${person}/messages`, { type: 'text', text: { body }, to });

// order is the body that the guides show for a template.
const order = (integration, person) => ({
  destination: { integrationId: integration._id, destinationId: person },
  author: { role: 'appMaker' },
  messageSchema: 'whatsapp',
  message: {
    type: 'template',
    template: {
      namespace: 'XXXXXXXX_XXXX_XXXX_XXXX_XXXXXXXXXXXX', name: 'sample_hsm', language: { policy: 'deterministic', code: 'en' },
      components: [{ type: 'body', parameters: [{ type: 'text', text: 'First' }, { type: 'text', text: 'Second' }] }],
    },
  },
});

export function whatsapp(bed) {
  for (const scope of ['account', 'app']) {
    test(`an integration is made, read, changed and deleted (${scope})`, async () => {
      const tenant = await bed.tenant('WhatsApp');
      const { integrations: api } = tenant.as(scope);
      const { integration, props } = await connected(bed, tenant, scope);
      const { type, phoneNumberId, accountId, appId } = props;
      assertShape(integration, {
        _id: id, type, status: 'active', phoneNumberId, accountId, appId, phoneNumber: text, accountName: text, hookUrl: text, delivery: any,
        name: text, quality: text,
      });
      const at = { appId: tenant.appId, integrationId: integration._id };
      assert.deepEqual((await api.get(at)).integration, integration);
      const changed = await api.update({ ...at, props: { displayName: 'Chats', hsmFallbackLanguage: 'de' } });
      assert.deepEqual(changed.integration, { ...integration, displayName: 'Chats', hsmFallbackLanguage: 'de' });
      assert.deepEqual(await api.delete(at), {});
      await refusedAs(api.create({ appId: tenant.appId, props: { ...props, accessToken: 'wrong' } }), 'bad_request', /access ?token/i);
      for (const retired of [{ deploymentId: 'x' }, { baseUrl: 'https://wa.example', username: 'u', password: 'p' }]) {
        await refusedAs(api.create({ appId: tenant.appId, props: { type, ...retired } }), 'bad_request', /Cloud API/);
      }
    });

    test(`message templates are proposed, listed and deleted (${scope})`, async () => {
      const tenant = await bed.tenant('Templates');
      const { integration: { _id: integrationId } } = await connected(bed, tenant);
      const { messageTemplates: api } = tenant.as(scope).integrations;
      const at = (named) => tenant.args(scope, { integrationId, ...named });
      const name = `order_${hex().slice(0, 8)}`;
      const messageTemplate = {
        name, language: 'en_US', category: 'UTILITY',
        components: [{ type: 'BODY', text: 'Hello {{1}}', example: { body_text: [['Ana']] } }],
      };
      const { messageTemplate: made } = await api.create(at({ messageTemplate }));
      assertShape(made, { id: text, ...messageTemplate, components: any, status: 'PENDING' });
      const approved = await until('the review', async () => {
        const { messageTemplates } = await api.list(at({ query: { limit: 100, status: 'APPROVED' } }));
        return messageTemplates.find((t) => t.name === name);
      });
      assert.deepEqual(approved, { ...made, status: 'APPROVED' });
      const first = await api.list(at({ query: { limit: 1 } }));
      assert.equal(first.messageTemplates.length, 1);
      const second = await api.list(at({ query: { limit: 1, after: first.after } }));
      assert.notEqual(second.messageTemplates[0].id, first.messageTemplates[0].id);
      assert.deepEqual(await api.delete(at({ messageTemplateName: name })), {});
      assert.equal((await api.list(at())).messageTemplates.some((t) => t.name === name), false);
      await refusedAs(api.create(at({ messageTemplate: { ...messageTemplate, name: 'Not Allowed' } })), 'bad_request', /name/);
    });

    test(`the business profile and its picture are set and read (${scope})`, async () => {
      const tenant = await bed.tenant('Profile');
      const { integration: { _id: integrationId } } = await connected(bed, tenant);
      const { profile: api } = tenant.as(scope).integrations;
      const at = (named) => tenant.args(scope, { integrationId, ...named });
      const profile = { about: 'Boots', address: '1 High Street', description: 'We sell boots', email: 'shop@example.org', websites: ['https://shop.example/'] };
      assert.deepEqual(await api.update(at({ profile })), { profile });
      assert.deepEqual(await api.get(at()), { profile });
      await refusedAs(api.update(at({ profile: { about: 'x'.repeat(140) } })), 'bad_request', /about/);
      const png = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(9000, 'picture ')]);
      await withFile('shop.png', png, async (path) => {
        const [made] = await uploads(bed, keyOf(tenant, scope), [['integrations.profile.photo.upload', at({ source: { $file: path } })]]);
        assertShape(made, { value: { photoUrl: /^http/ } });
        assert.deepEqual(Buffer.from(await (await fetch(made.value.photoUrl)).arrayBuffer()), png);
        assert.deepEqual(await api.get(at()), { profile: { ...profile, photoUrl: made.value.photoUrl } });
      });
    });
  }

  test('a template opens a conversation, which the person continues', async () => {
    const tenant = await bed.tenant('Guide');
    const { integration } = await connected(bed, tenant);
    const hook = await tenant.listen(['message:appUser', 'notification:delivery:channel', 'notification:delivery:user']);
    const person = bed.phone();
    const answer = await tenant.server.notifications.postNotification({ appId: tenant.appId, notification: order(integration, person) });
    assertShape(answer, { notification: { _id: uuid } });
    const told = await hook.told('notification:delivery:user');
    assert.deepEqual([told.notification, told.isFinalEvent, told.destination.type], [answer.notification, true, 'whatsapp']);
    assert.equal((await hook.told('notification:delivery:channel')).isFinalEvent, false);
    const [seen] = await thread(bed, person, 1);
    assert.match(seen.body, /First.*Second/s);

    await says(bed, person, 'Thank you');
    const { appUser, messages: [said], recentNotifications } = await hook.told('message:appUser');
    assert.deepEqual([said.text, said.source.type, said.source.integrationId], ['Thank you', 'whatsapp', integration._id]);
    assert.deepEqual(recentNotifications.map((m) => m.source), [{ type: 'notification' }]);
    const { message } = await tenant.server.appUsers.sendMessage({ userId: appUser._id, message: { role: 'appMaker', type: 'text', text: 'Any time' } });
    assert.equal(message.text, 'Any time');
    assert.equal((await thread(bed, person, 3)).some((m) => m.body === 'Any time'), true);
  });

  test('a link at once is seen at once, and lets nothing but templates through', async () => {
    const tenant = await bed.tenant('Window');
    const { integration, props } = await connected(bed, tenant);
    const hook = await tenant.listen(['link:success', 'notification:delivery:failure']);
    const person = bed.phone();
    const { appUsers } = tenant.server;
    await appUsers.create({ appUser: { userId: 'jo' } });
    const { appUser: { clients: [client] } } = await appUsers.linkChannel({
      userId: 'jo', data: { type: 'whatsapp', phoneNumber: person, confirmation: { type: 'immediate' } },
    });
    assertShape(client, {
      _id: id, id: client._id, platform: 'whatsapp', integrationId: integration._id, externalId: person, status: 'active', active: true,
      blocked: false, primary: true, displayName: person, linkedAt: iso, lastSeen: client.linkedAt, // and no windowExpiresAt
    });
    await hook.told('link:success');
    assert.deepEqual(await appUsers.getChannels({ userId: 'jo' }), {
      channels: [{ type: 'whatsapp', integrationId: integration._id, username: person }],
    });
    await tenant.notify(integration, person, 'Too early');
    const failed = await hook.told('notification:delivery:failure');
    assert.equal(failed.error.underlyingError.reason, 'outside_window');

    await says(bed, person, 'Hello', props.phoneNumberId);
    const seen = await until('the window', async () => {
      const { appUser } = await appUsers.get({ userId: 'jo' });
      return appUser.clients[0].windowExpiresAt && appUser.clients[0];
    });
    assert.ok(seen.lastSeen > seen.linkedAt);
    await appUsers.sendMessage({ userId: 'jo', message: { role: 'appMaker', type: 'text', text: 'Hello yourself' } });
    assert.equal((await thread(bed, person, 2)).some((m) => m.body === 'Hello yourself'), true);
  });
}
