import assert from 'node:assert/strict';
import { test } from 'node:test';

import { refusedAs } from '../bed/client.mjs';
import { assertShape, id, text } from '../bed/shape.mjs';
import { until } from '../bed/wait.mjs';

function settings(v) {
  return v !== null && typeof v === 'object';
}

// walk returns the ids of all apps, from pages of a size.
async function walk(api, limit) {
  const seen = new Set();
  for (let offset = 0; ; offset += limit) {
    const page = await api.list({ limit, offset });
    assert.deepEqual(Object.keys(page).sort(), ['apps', 'hasMore', 'offset']);
    assert.equal(page.offset, offset);
    assert.ok(page.apps.length <= limit);
    page.apps.forEach((app) => seen.add(app._id));
    if (!page.hasMore) return seen;
  }
}

export function apps(bed) {
  test('an account makes, reads, changes and deletes an app', async () => {
    const { apps: api } = bed.account;
    const { app } = await api.create({ name: 'Shop', metadata: { region: 'eu' } });
    assertShape(app, { _id: id, appToken: text, name: 'Shop', settings, metadata: { region: 'eu' } });
    assert.deepEqual((await api.get(app._id)).app, app);

    const changed = await api.update(app._id, { name: 'Store', settings: { useAnimalNames: true } });
    assert.equal(changed.app.name, 'Store');
    assert.equal(changed.app.settings.useAnimalNames, true);
    assert.deepEqual(changed.app.metadata, { region: 'eu' });
    assert.deepEqual(await api.get({ appId: app._id }), changed);

    assert.deepEqual(await api.delete(app._id), {});
    await refusedAs(api.get(app._id), 'app_not_found');
  });

  test('an account lists its apps in pages', async () => {
    const mine = [];
    for (const name of ['one', 'two', 'three']) mine.push((await bed.account.apps.create({ name })).app._id);
    // Other tests make and delete apps meanwhile, which moves the pages.
    await until('all apps to be listed', async () => {
      const seen = await walk(bed.account.apps, 10);
      return mine.every((app) => seen.has(app));
    });
    const first = await bed.account.apps.list();
    assert.ok(first.apps.length <= 25);
    await refusedAs(bed.account.apps.list({ limit: 101 }), 'bad_request');
  });

  test('an app key reads and changes its own app, and no more', async () => {
    const tenant = await bed.tenant('App key');
    const { apps: api } = tenant.server;
    assert.equal((await api.get(tenant.appId)).app._id, tenant.appId);
    assert.equal((await api.update(tenant.appId, { name: 'Mine' })).app.name, 'Mine');
    await refusedAs(api.create({ name: 'Another' }), 'forbidden');
    await refusedAs(api.list(), 'forbidden');
    await refusedAs(api.delete(tenant.appId), 'forbidden');
  });

  test('an app names the integrations of its kits', async () => {
    const tenant = await bed.tenant('Kits');
    for (const api of [bed.account.apps, tenant.server.apps]) {
      const ids = await api.getSdkIds(tenant.appId);
      assertShape(ids, { androidIntegrationId: id, iosIntegrationId: id, webIntegrationId: id });
    }
  });
}
