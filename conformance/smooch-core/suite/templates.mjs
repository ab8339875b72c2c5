import assert from 'node:assert/strict';
import { test } from 'node:test';

import { refusedAs } from '../bed/client.mjs';
import { assertShape, id } from '../bed/shape.mjs';

const message = (text) => ({ role: 'appMaker', type: 'text', text });

export function templates(bed) {
  for (const scope of ['account', 'app']) {
    test(`stored templates are made, listed, changed and deleted (${scope})`, async () => {
      const tenant = await bed.tenant('Templates');
      const api = tenant.as(scope).templates;
      const at = (named = {}) => tenant.args(scope, named);
      const { template } = await api.create(at({ props: { name: 'hello', message: message('Hello') } }));
      assertShape(template, { _id: id, name: 'hello', message: message('Hello') });
      await api.create(at({ props: { name: 'other', message: message('Other') } }));
      await refusedAs(api.create(at({ props: { name: 'hello', message: message('Again') } })), 'conflict');
      await refusedAs(api.create(at({ props: { name: 'bad', message: { role: 'appMaker', type: 'text' } } })), 'bad_request', /^message\.text /);

      const page = await api.list(at({ props: { limit: 1, offset: 1 } }));
      assertShape(page, { templates: [{ _id: id, name: 'other', message: message('Other') }], hasMore: false, offset: 1 });
      assert.equal((await api.list(at({ props: { limit: 1 } }))).hasMore, true);
      assert.equal((await api.list(at({ props: {} }))).templates.length, 2);

      const one = at({ templateId: template._id });
      assert.deepEqual(await api.get(one), { template });
      const changed = await api.update({ ...one, props: { name: 'hullo' } });
      assert.deepEqual(changed, { template: { ...template, name: 'hullo' } });
      assert.deepEqual((await api.update({ ...one, props: { message: message('New') } })).template.message, message('New'));
      assert.deepEqual(await api.delete(one), {});
      await refusedAs(api.get(one), 'not_found');
      await refusedAs(api.delete(one), 'not_found');
    });
  }

  test('texts send stored templates', async () => {
    const tenant = await bed.tenant('Sent templates');
    const { templates: api, appUsers } = tenant.server;
    await appUsers.create({ appUser: { userId: 'jo' } });
    await api.create({ props: { name: 'bye', message: message('Bye %[Rate us](https://shop.example.org/rate)') } });
    const sent = await appUsers.sendMessage({ userId: 'jo', message: message('Thanks! %((template:bye))%') });
    assert.equal(sent.message.text, 'Thanks!');
    assert.equal(sent.extraMessages.length, 1);
    assert.equal(sent.extraMessages[0].text, 'Bye');
    assertShape(sent.extraMessages[0].actions, [{ _id: id, type: 'link', text: 'Rate us', uri: 'https://shop.example.org/rate' }]);
    await refusedAs(appUsers.sendMessage({ userId: 'jo', message: message('%((template:gone))%') }), 'bad_request', /^text /);

    const integration = await tenant.integrate();
    const phone = bed.phone();
    const hook = await tenant.listen(['notification:delivery:user']);
    const told = await tenant.notify(integration, phone, { type: 'text', text: '%{{template:bye}}%' });
    await hook.told('notification:delivery:user', (b) => b.notification._id === told);
    assert.match((await bed.texts(phone))[0], /^Bye\b.*https:\/\/shop\.example\.org\/rate/s);
    await refusedAs(tenant.notify(integration, phone, message('A %((template:bye))%')), 'bad_request', /^message\.text /);
  });

  test("a channel without its provider's templates says so", async () => {
    const tenant = await bed.tenant('No templates');
    const integration = await tenant.integrate();
    const api = tenant.server.integrations.messageTemplates;
    await refusedAs(api.list({ integrationId: integration._id }), 'bad_request');
    await refusedAs(api.list({ integrationId: '5f3c1e7ab2c4d5e6f7a8b9c0' }), 'integration_not_found');
  });
}
