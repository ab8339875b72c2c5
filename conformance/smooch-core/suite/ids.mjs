// Ids of users as callers write them: the client does not encode paths.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connect, refusedAs } from '../bed/client.mjs';
import { basic, refuses } from '../bed/raw.mjs';

export function ids(bed) {
  for (const scope of ['account', 'app']) {
    test(`an e-mail address is a user's id, raw and encoded (${scope})`, async () => {
      const tenant = await bed.tenant('Addresses');
      const api = tenant.as(scope).appUsers;
      const at = (named) => tenant.args(scope, named);
      const { appUser } = await api.create(at({ appUser: { userId: 'jo@example.org' } }));
      for (const userId of ['jo@example.org', 'jo%40example.org', '%6Ao%40example%2Eorg']) {
        assert.equal((await api.get(at({ userId }))).appUser._id, appUser._id, userId);
        await api.sendMessage(at({ userId, message: { role: 'appMaker', type: 'text', text: userId } }));
      }
      assert.equal((await api.getMessages(at({ userId: appUser._id }))).messages.length, 3);
      await refusedAs(api.get(at({ userId: 'JO@example.org' })), 'user_not_found');
    });
  }

  test("characters that mean something elsewhere are part of a user's id", async () => {
    const tenant = await bed.tenant('Characters');
    const api = tenant.server.appUsers;
    for (const userId of ['a+b', 'a:b', 'a,b;c', "o'hara", 'a&b=c', '(x)!*$', 'a%b', 'zoë', '中文', 'a b']) {
      const { appUser } = await api.create({ appUser: { userId } });
      assert.equal(appUser.userId, userId);
      const { appUser: found } = await api.get({ userId: encodeURIComponent(userId) });
      assert.deepEqual(found, appUser);
      if (/^[!-$&-~]*$/.test(userId)) assert.deepEqual((await api.get({ userId })).appUser, appUser, `raw ${userId}`);
    }
    // The client cannot address these, and an id of ours means one user only.
    const { appUser } = await api.create({ appUser: { userId: 'taken' } });
    for (const userId of ['a/b', 'a?b', 'a#b']) await refusedAs(api.create({ appUser: { userId } }), 'bad_request');
    await refusedAs(api.create({ appUser: { userId: appUser._id } }), 'conflict');
    for (const userId of ['', 42, null, ['a']]) {
      await refuses(400, 'bad_request', bed, basic(tenant.key), 'POST', '/v1.1/appusers', { userId });
    }
  });

  test('everything is found below /sc too', async () => {
    const tenant = await bed.tenant('Service');
    const url = `${bed.url}/sc`;
    const app = connect(url, { keyId: tenant.key._id, secret: tenant.key.secret, scope: 'app' });
    const account = connect(`${url}/`, { keyId: bed.accountKey.keyId, secret: bed.accountKey.secret, scope: 'account' });
    const { appUser } = await app.appUsers.create({ appUser: { userId: 'jo@example.org' } });
    assert.deepEqual((await account.appUsers.get({ appId: tenant.appId, userId: 'jo@example.org' })).appUser, appUser);
    assert.equal((await account.apps.get(tenant.appId)).app._id, tenant.appId);
    await refusedAs(app.appUsers.get({ userId: 'nobody' }), 'user_not_found');
  });
}
