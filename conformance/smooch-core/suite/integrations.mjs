import assert from 'node:assert/strict';
import { test } from 'node:test';

import { refusedAs } from '../bed/client.mjs';
import { id } from '../bed/shape.mjs';

const twilio = {
  type: 'twilio', accountSid: `AC${'1'.repeat(32)}`, authToken: '2'.repeat(32), phoneNumberSid: `PN${'3'.repeat(32)}`,
};

export function integrations(bed) {
  for (const scope of ['account', 'app']) {
    test(`integrations are made, read, changed and deleted (${scope})`, async () => {
      const { appId, ...tenant } = await bed.tenant('Integrations').then((t) => ({ appId: t.appId, api: t.as(scope).integrations }));
      const { api } = tenant;
      const { integration } = await api.create({ appId, props: { ...twilio, displayName: 'Texts' } });
      assert.match(integration._id, id);
      assert.equal(integration.type, 'twilio');
      assert.equal(integration.status, 'active');
      assert.equal(integration.displayName, 'Texts');
      assert.equal(integration.accountSid, twilio.accountSid);
      assert.equal(integration.phoneNumberSid, twilio.phoneNumberSid);
      assert.match(integration.phoneNumber, /^\+1555\d{7}$/, 'the number was looked up');
      assert.equal('authToken' in integration, false, 'a write-only field is shown');
      assert.deepEqual((await api.get({ appId, integrationId: integration._id })).integration, integration);

      const changed = await api.update({ appId, integrationId: integration._id, props: { displayName: 'Old texts' } });
      assert.deepEqual(changed.integration, { ...integration, displayName: 'Old texts' });
      assert.deepEqual(await api.delete({ appId, integrationId: integration._id }), {});
      await refusedAs(api.get({ appId, integrationId: integration._id }), 'integration_not_found');
    });

    test(`integrations are listed in pages and by type (${scope})`, async () => {
      const tenant = await bed.tenant('Lists');
      const { appId } = tenant;
      const made = [];
      for (let n = 0; n < 3; n += 1) made.push((await tenant.integrate())._id);
      const api = tenant.as(scope).integrations;
      const first = await api.list({ appId, types: 'twilio', limit: 2 });
      assert.deepEqual([first.integrations.length, first.hasMore, first.offset], [2, true, 0]);
      const second = await api.list({ appId, types: 'twilio', limit: 2, offset: 2 });
      assert.deepEqual([second.integrations.length, second.hasMore, second.offset], [1, false, 2]);
      assert.deepEqual([...first.integrations, ...second.integrations].map((i) => i._id).sort(), made.sort());
      assert.equal((await api.list({ appId, types: ['twilio', 'line'] })).integrations.length, 3);
      assert.equal((await api.list({ appId, types: ['line', 'viber'] })).integrations.length, 0);
      // The kits' come with the app.
      assert.deepEqual((await api.list({ appId, types: ['web', 'ios'] })).integrations.map((i) => i.type).sort(), ['ios', 'web']);
      assert.equal((await api.list({ appId })).integrations.length, 6);
    });
  }

  test('credentials that the provider refuses are told at once', async () => {
    const tenant = await bed.tenant('Refused');
    const create = (props) => tenant.server.integrations.create({ appId: tenant.appId, props });
    await refusedAs(create({ ...twilio, authToken: 'wrong' }), 'bad_request');
    await refusedAs(create({ ...twilio, phoneNumberSid: `PN${'0'.repeat(28)}0404` }), 'bad_request');
    assert.deepEqual((await tenant.server.integrations.list({ appId: tenant.appId, types: 'twilio' })).integrations, []);
  });
}
