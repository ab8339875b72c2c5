import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connect, refusedAs } from '../bed/client.mjs';
import { assertShape } from '../bed/shape.mjs';

export function keys(bed) {
  for (const scope of ['account', 'app']) {
    test(`keys are made, read, listed and deleted (${scope})`, async () => {
      const tenant = await bed.tenant('Keys');
      const api = tenant.as(scope).apps.keys;
      // Only clients of the account say which app they mean.
      const at = scope === 'account' ? [tenant.appId] : [];
      const { key } = await api.create(...at, 'Second');
      assertShape(key, { _id: /^app_[0-9a-f]{24}$/, name: 'Second', secret: /^[A-Za-z0-9_-]{24,}$/ });
      assert.deepEqual((await api.get(...at, key._id)).key, key);
      const { keys: all } = await api.list(...at);
      assert.deepEqual(all.map((k) => k._id).sort(), [tenant.key._id, key._id].sort());

      const fresh = connect(bed.url, { keyId: key._id, secret: key.secret, scope: 'app' });
      assert.deepEqual(await fresh.webhooks.list(), { webhooks: [] });
      assert.deepEqual(await api.delete(...at, key._id), {});
      await refusedAs(fresh.webhooks.list(), 'unauthorized');
      await refusedAs(api.get(...at, key._id), 'not_found');
    });

    test(`a key gives a token that works (${scope})`, async () => {
      const tenant = await bed.tenant('Tokens');
      const at = scope === 'account' ? [tenant.appId] : [];
      const { jwt } = await tenant.as(scope).apps.keys.getJwt(...at, tenant.key._id);
      const claims = JSON.parse(Buffer.from(jwt.split('.')[1], 'base64url'));
      assert.equal(claims.scope, 'app');
      assert.equal(claims.exp, undefined);
      assert.deepEqual(await connect(bed.url, { jwt, scope: 'app' }).webhooks.list(), { webhooks: [] });
    });
  }

  test('an app has at most ten keys', async () => {
    const tenant = await bed.tenant('Many keys');
    for (let n = 2; n <= 10; n += 1) await tenant.server.apps.keys.create(`key ${n}`);
    await refusedAs(tenant.server.apps.keys.create('key 11'), 'bad_request');
    assert.equal((await tenant.server.apps.keys.list()).keys.length, 10);
  });
}
