import assert from 'node:assert/strict';
import { test } from 'node:test';

import { refusedAs } from '../bed/client.mjs';
import { assertShape, id } from '../bed/shape.mjs';

const link = { type: 'link', text: 'Shop', uri: 'https://shop.example/' };
const postback = { type: 'postback', text: 'Call me', payload: 'CALL' };
const submenu = { type: 'submenu', text: 'More', items: [link, postback] };
const shown = (item) => ({ _id: id, ...item, ...(item.items ? { items: item.items.map(shown) } : {}) });
const none = { menu: { items: [] } };

export function menus(bed) {
  for (const scope of ['account', 'app']) {
    test(`an app's menu is set, read and removed (${scope})`, async () => {
      const tenant = await bed.tenant('Menu');
      const { menu } = tenant.as(scope);
      const at = scope === 'account' ? [tenant.appId] : [];
      assert.deepEqual(await menu.get(...at), none);
      const set = await menu.configure(...at, { items: [link, submenu] });
      assertShape(set, { menu: { items: [shown(link), shown(submenu)] } });
      assert.deepEqual(await menu.get(...at), set);
      assert.deepEqual(await menu.remove(...at), {});
      assert.deepEqual(await menu.get(...at), none);
      await refusedAs(menu.configure(...at, { items: [link, link, link, link] }), 'bad_request', /^items /);
    });

    test(`an integration's menu goes before the app's (${scope})`, async () => {
      const tenant = await bed.tenant('Integration menu');
      const { _id: integrationId } = await tenant.integrate();
      const { menu, integrations } = tenant.as(scope);
      const named = (more) => tenant.args(scope, { integrationId, ...more });
      const common = await menu.configure(tenant.args(scope, { props: { items: [link] } }));
      assert.deepEqual(await integrations.menu.get(named()), common);
      const made = await integrations.menu.create(named({ props: { items: [postback] } }));
      assertShape(made, { menu: { items: [shown(postback)] } });
      const changed = await integrations.menu.update(named({ props: { items: [postback, link] } }));
      assertShape(changed, { menu: { items: [shown(postback), shown(link)] } });
      assert.deepEqual(await integrations.menu.get(named()), changed);
      assert.deepEqual(await integrations.menu.delete(named()), {});
      assert.deepEqual(await integrations.menu.get(named()), common);
      await refusedAs(integrations.menu.get(tenant.args(scope, { integrationId: tenant.appId })), 'integration_not_found');
    });
  }
}
