import assert from 'node:assert/strict';
import { test } from 'node:test';

import { refusedAs } from '../bed/client.mjs';
import { assertShape, id } from '../bed/shape.mjs';

const ana = {
  userId: 'cust-42', givenName: 'Ana', surname: 'Lee', email: 'ana@example.org', properties: { plan: 'gold', seats: 4, beta: true },
};

const nobody = { conversationStarted: false, credentialRequired: false, hasPaymentInfo: false, clients: [], pendingClients: [] };

export function users(bed) {
  for (const scope of ['account', 'app']) {
    test(`a user is made before it is met, read, changed and deleted (${scope})`, async () => {
      const tenant = await bed.tenant('Users');
      const api = tenant.as(scope).appUsers;
      const at = (named) => tenant.args(scope, named);
      const { appUser } = await api.create(at({ appUser: { ...ana, signedUpAt: new Date('2024-05-01T09:30:00Z') } }));
      assertShape(appUser, { _id: id, ...ana, signedUpAt: '2024-05-01T09:30:00.000Z', ...nobody });
      assert.deepEqual(await api.get(at({ userId: 'cust-42' })), { appUser });
      assert.deepEqual(await api.get(at({ userId: appUser._id })), { appUser });
      await refusedAs(api.create(at({ appUser: { userId: 'cust-42' } })), 'conflict');

      const update = { surname: 'Ray', properties: { seats: 5, plan: null, lang: 'de' } };
      const changed = await api.update(at({ userId: 'cust-42', appUser: update }));
      assert.deepEqual(changed.appUser, { ...appUser, surname: 'Ray', properties: { seats: 5, beta: true, lang: 'de' } });
      assert.deepEqual(await api.get(at({ userId: appUser._id })), changed);

      assert.deepEqual(await api.delete(at({ userId: 'cust-42' })), {});
      for (const userId of ['cust-42', appUser._id]) await refusedAs(api.get(at({ userId })), 'user_not_found');
    });

    test(`a profile is deleted and its user stays (${scope})`, async () => {
      const tenant = await bed.tenant('Profiles');
      const integration = await tenant.integrate();
      const api = tenant.as(scope).appUsers;
      const at = (named) => tenant.args(scope, named);
      const { appUser: before } = await api.create(at({ appUser: ana }));
      const phone = bed.phone();
      await tenant.link('cust-42', phone);
      const { appUser } = await api.deleteProfile(at({ userId: 'cust-42' }));
      assert.deepEqual([appUser._id, appUser.userId], [before._id, 'cust-42']);
      for (const gone of ['givenName', 'surname', 'email']) assert.equal(gone in appUser, false, gone);
      assert.deepEqual(appUser.properties, {});
      assert.equal(appUser.clients.length, 1);
      for (const gone of ['displayName', 'avatarUrl', 'info']) assert.equal(gone in appUser.clients[0], false, gone);
      assert.deepEqual(await api.getChannels(at({ userId: 'cust-42' })), {
        channels: [{ type: 'twilio', integrationId: integration._id, phoneNumber: phone }],
      });
    });

    test(`two users are merged (${scope})`, async () => {
      const tenant = await bed.tenant('Merges');
      await tenant.integrate();
      const api = tenant.as(scope).appUsers;
      const at = (named) => tenant.args(scope, named);
      const one = (await api.create(at({ appUser: { userId: 'one', properties: { a: 1, b: 1 } } }))).appUser;
      const two = (await api.create(at({ appUser: { userId: 'two', properties: { b: 2, c: 2 } } }))).appUser;
      const phone = bed.phone();
      await tenant.link('two', phone);
      await tenant.server.appUsers.sendMessage({ userId: 'two', message: { role: 'appUser', type: 'text', text: 'before' } });
      const app = scope === 'account' ? [tenant.appId] : [];
      const pair = { surviving: { _id: one._id }, discarded: { _id: two._id } };
      assert.deepEqual(await api.mergeUsers(...app, pair), {});

      const { appUser } = await api.get(at({ userId: 'one' }));
      assert.equal(appUser._id, one._id);
      assert.deepEqual(appUser.properties, { a: 1, b: 1, c: 2 });
      assert.deepEqual(appUser.clients.map((c) => c.externalId), [phone]);
      await refusedAs(api.get(at({ userId: two._id })), 'user_not_found');
      const { messages } = await api.getMessages(at({ userId: 'one' }));
      assert.deepEqual(messages.map((m) => m.text), ['before']);
    });
  }

  test('what is not known of a user is left alone', async () => {
    const tenant = await bed.tenant('Plain');
    const { appUser } = await tenant.server.appUsers.create({ appUser: { userId: 'plain', somethingNew: 1 } });
    assertShape(appUser, { _id: id, userId: 'plain', properties: {}, ...nobody });
    assert.deepEqual(await tenant.server.appUsers.getChannels({ userId: 'plain' }), { channels: [] });
    await refusedAs(tenant.server.appUsers.update({ userId: 'nobody', appUser: { givenName: 'x' } }), 'user_not_found');
    await refusedAs(tenant.server.appUsers.delete({ userId: 'nobody' }), 'user_not_found');
  });
}
