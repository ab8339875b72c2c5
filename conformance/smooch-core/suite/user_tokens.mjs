// Tokens that speak for one user.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connect, refusedAs } from '../bed/client.mjs';
import { basic, refuses } from '../bed/raw.mjs';
import { forge } from '../bed/token.mjs';

const hello = (role) => ({ role, type: 'text', text: 'Hello' });

async function withUser(bed, name) {
  const tenant = await bed.tenant(name);
  const { appUser } = await tenant.server.appUsers.create({ appUser: { userId: 'jo' } });
  return { tenant, appUser, jo: tenant.user('jo') };
}

export function userTokens(bed) {
  test('a user reads and changes what is its own', async () => {
    const { appUser, jo } = await withUser(bed, 'Own');
    for (const userId of ['jo', appUser._id]) assert.equal((await jo.appUsers.get({ userId })).appUser._id, appUser._id);
    assert.equal((await jo.appUsers.update({ userId: 'jo', appUser: { givenName: 'Jo' } })).appUser.givenName, 'Jo');
    const { message } = await jo.appUsers.sendMessage({ userId: 'jo', message: hello('appUser') });
    assert.deepEqual((await jo.appUsers.getMessages({ userId: 'jo' })).messages, [message]);
    assert.equal((await jo.conversations.get({ userId: 'jo' })).conversation.unreadCount, 0);
    await jo.conversations.resetUnreadCount({ userId: 'jo' });
    await jo.appUsers.conversationActivity({ userId: 'jo', activityProps: { role: 'appUser', type: 'typing:start' } });
    assert.deepEqual(await jo.appUsers.getChannels({ userId: 'jo' }), { channels: [] });
  });

  test('a user is forbidden everything else', async () => {
    const { tenant, jo } = await withUser(bed, 'Others');
    const { appId } = tenant;
    const { appUser: eve } = await tenant.server.appUsers.create({ appUser: { userId: 'eve' } });
    const integration = await tenant.integrate();
    const calls = {
      'another user': () => jo.appUsers.get({ userId: 'eve' }),
      'another user by _id': () => jo.appUsers.get({ userId: eve._id }),
      "another user's messages": () => jo.appUsers.getMessages({ userId: 'eve' }),
      'writing as another user': () => jo.appUsers.sendMessage({ userId: 'eve', message: hello('appUser') }),
      'writing as the business': () => jo.appUsers.sendMessage({ userId: 'jo', message: hello('appMaker') }),
      'typing as the business': () => jo.appUsers.conversationActivity({ userId: 'jo', activityProps: { role: 'appMaker', type: 'typing:start' } }),
      'making users': () => jo.appUsers.create({ appUser: { userId: 'x' } }),
      'deleting users': () => jo.appUsers.delete({ userId: 'eve' }),
      merging: () => jo.appUsers.mergeUsers({ surviving: { _id: eve._id }, discarded: { _id: eve._id } }),
      webhooks: () => jo.webhooks.list(),
      keys: () => jo.apps.keys.list(),
      'the app': () => jo.apps.get(appId),
      apps: () => jo.apps.list(),
      integrations: () => jo.integrations.list({ appId }),
      notifications: () => jo.notifications.postNotification({
        appId,
        notification: {
          destination: { integrationId: integration._id, destinationId: bed.phone() },
          author: { role: 'appMaker' },
          message: { type: 'text', text: 'x' },
        },
      }),
      'claiming an address': () => jo.appUsers.linkChannel({
        userId: 'jo', data: { type: 'twilio', phoneNumber: bed.phone(), confirmation: { type: 'immediate' } },
      }),
    };
    for (const [name, call] of Object.entries(calls)) {
      await refusedAs(call(), 'forbidden').catch((err) => { throw new Error(`${name}: ${err.message}`, { cause: err }); });
    }
  });

  test('a user is named by a text, under either of its names', async () => {
    const { tenant, appUser } = await withUser(bed, 'Names');
    const as = (claims) => connect(bed.url, { jwt: forge(tenant.key, claims) }).appUsers.get({ userId: 'jo' });
    for (const claims of [{ scope: 'appUser', userId: 'jo' }, { scope: 'user', external_id: 'jo' }, { scope: 'appUser', external_id: 'jo' }]) {
      assert.equal((await as(claims)).appUser._id, appUser._id);
    }
    const bad = [
      { scope: 'appUser', userId: 42 }, { scope: 'user', external_id: 42 }, { scope: 'appUser' }, { scope: 'appUser', userId: '' },
      { scope: 'appUser', userId: null }, { scope: 'appUser', userId: ['jo'] }, { scope: 'appUser', userId: { jo: 1 } },
    ];
    for (const claims of bad) {
      await refusedAs(as(claims), 'unauthorized').catch((err) => { throw new Error(`${JSON.stringify(claims)}: ${err.message}`, { cause: err }); });
    }
    const numeric = connect(bed.url, { keyId: tenant.key._id, secret: tenant.key.secret, scope: 'appUser', userId: 42 });
    await refusedAs(numeric.appUsers.get({ userId: '42' }), 'unauthorized');
  });

  test('a user that once proved itself can be used with proof only', async () => {
    const { tenant, appUser, jo } = await withUser(bed, 'Proof');
    assert.equal(appUser.credentialRequired, false);
    await jo.appUsers.get({ userId: 'jo' });
    assert.equal((await tenant.server.appUsers.get({ userId: 'jo' })).appUser.credentialRequired, true);
    const { appUser: strict } = await tenant.server.appUsers.create({ appUser: { userId: 'eve', credentialRequired: true } });
    assert.equal(strict.credentialRequired, true);

    for (const user of [appUser, strict]) {
      const pretended = [user.userId, user._id].flatMap((_id) => ['', 'x'].map((secret) => basic({ _id, secret })));
      for (const authorization of [undefined, '', 'Bearer', 'Bearer ', ...pretended]) {
        for (const path of ['', '/messages', '/conversation', '/channels']) {
          await refuses(401, 'unauthorized', bed, authorization, 'GET', `/v1.1/appusers/${user.userId}${path}`);
        }
        await refuses(401, 'unauthorized', bed, authorization, 'POST', `/v1.1/appusers/${user.userId}/messages`, hello('appUser'));
      }
    }
  });
}
