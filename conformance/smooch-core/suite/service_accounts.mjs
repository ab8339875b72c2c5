import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connect, refusedAs } from '../bed/client.mjs';
import { basic, send } from '../bed/raw.mjs';
import { assertShape, id } from '../bed/shape.mjs';

export function serviceAccounts(bed) {
  test('an account makes, reads, changes, lists and deletes a service account', async () => {
    const { serviceAccounts: api } = bed.account;
    const { serviceAccount } = await api.create('Partner');
    assertShape(serviceAccount, { _id: id, name: 'Partner' });
    assert.deepEqual(await api.get(serviceAccount._id), { serviceAccount });
    const renamed = await api.update(serviceAccount._id, { name: 'Other' });
    assert.deepEqual(renamed, { serviceAccount: { ...serviceAccount, name: 'Other' } });
    const page = await api.list({ limit: 100 });
    assert.deepEqual(Object.keys(page).sort(), ['hasMore', 'offset', 'serviceAccounts']);
    assert.ok(page.serviceAccounts.some((a) => a._id === serviceAccount._id));
    assert.deepEqual(await api.delete(serviceAccount._id), {});
    await refusedAs(api.get(serviceAccount._id), 'not_found');
  });

  test("a service account's key makes apps, and reaches those it made or was granted", async () => {
    const { serviceAccounts: api } = bed.account;
    const { serviceAccount: { _id } } = await api.create('Deputy');
    const { key } = await api.keys.create(_id, 'first');
    assertShape(key, { _id: /^svc_[0-9a-f]{24}$/, name: 'first', secret: /^[A-Za-z0-9_-]{24,}$/ });
    const deputy = connect(bed.url, { keyId: key._id, secret: key.secret, scope: 'account' });
    assert.deepEqual((await deputy.apps.list()).apps, []);
    const { app } = await deputy.apps.create({ name: 'Made' });
    assert.deepEqual((await deputy.apps.list()).apps, [app]);
    assert.deepEqual((await bed.account.apps.list({ serviceAccountId: _id })).apps, [app]);
    assert.deepEqual(await deputy.webhooks.list({ appId: app._id }), { webhooks: [] });

    const tenant = await bed.tenant('Granted');
    await refusedAs(deputy.apps.get(tenant.appId), 'forbidden');
    const granted = await send(bed, basic(bed.accountKey), 'PUT', `/v1.1/serviceaccounts/${_id}/apps/${tenant.appId}`);
    assert.equal(granted.status, 200);
    assert.equal((await deputy.apps.get(tenant.appId)).app._id, tenant.appId);
    await refusedAs(deputy.serviceAccounts.list(), 'forbidden');
    await refusedAs(tenant.server.serviceAccounts.list(), 'forbidden');
  });

  test("a service account's keys are read, listed, give tokens and are deleted", async () => {
    const { serviceAccounts: api } = bed.account;
    const { serviceAccount: { _id } } = await api.create('Keys');
    const { key } = await api.keys.create(_id, 'first');
    assert.deepEqual(await api.keys.get(_id, key._id), { key });
    assert.deepEqual(await api.keys.list(_id), { keys: [key] });
    const { jwt } = await api.keys.getJwt(_id, key._id);
    assert.deepEqual((await connect(bed.url, { jwt, scope: 'account' }).apps.list()).apps, []);
    assert.deepEqual(await api.keys.delete(_id, key._id), {});
    await refusedAs(api.keys.get(_id, key._id), 'not_found');
    await refusedAs(connect(bed.url, { jwt, scope: 'account' }).apps.list(), 'unauthorized');
  });
}
