// How the client tells of errors: it reads our code and description only when
// the answer says that it is JSON.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { refusedAs } from '../bed/client.mjs';
import { basic, refuses, send } from '../bed/raw.mjs';

const nowhere = 'f'.repeat(24);

export function errors(bed) {
  for (const scope of ['account', 'app']) {
    test(`what does not exist is named (${scope})`, async () => {
      const tenant = await bed.tenant('Errors');
      const client = tenant.as(scope);
      const at = (named) => tenant.args(scope, named);
      await refusedAs(client.appUsers.get(at({ userId: 'nobody' })), 'user_not_found');
      await refusedAs(client.webhooks.get(at({ webhookId: nowhere })), 'not_found');
      await refusedAs(client.webhooks.get(at({ webhookId: 'x' })), 'not_found');
      await refusedAs(client.integrations.get({ appId: tenant.appId, integrationId: nowhere }), 'integration_not_found');
      await refusedAs(client.appUsers.deleteMessage(at({ userId: 'nobody', messageId: nowhere })), 'user_not_found');
      await client.appUsers.create(at({ appUser: { userId: 'jo' } }));
      await refusedAs(client.conversations.get(at({ userId: 'jo' })), 'conversation_not_found');
    });
  }

  test('an app that does not exist is named', async () => {
    await refusedAs(bed.account.apps.get(nowhere), 'app_not_found');
    await refusedAs(bed.account.webhooks.list(nowhere), 'app_not_found');
  });

  test('a description names the field', async () => {
    const tenant = await bed.tenant('Fields');
    const send = (notification) => tenant.server.notifications.postNotification({ appId: tenant.appId, notification });
    const nameless = { destination: { destinationId: '+15550100100' }, author: { role: 'appMaker' }, message: { type: 'text', text: 'x' } };
    await refusedAs(send(nameless), 'bad_request', /destination\.integrationId/);
    await refusedAs(tenant.server.appUsers.create({ appUser: { userId: 'jo', email: 7 } }), 'bad_request', /email/);
    await refusedAs(bed.account.apps.create({ name: 'x'.repeat(200) }), 'bad_request', /name/);
  });

  test('what is not offered says so', async () => {
    const tenant = await bed.tenant('Absent');
    await refusedAs(tenant.server.stripe.getAccount(), 'not_implemented');
  });

  test('bodies and paths that are not ours get JSON too', async () => {
    const tenant = await bed.tenant('Raw');
    for (const body of ['{', '[]', '', 'null', '"text"', '{"target":1}', '{}{}']) {
      await refuses(400, 'bad_request', bed, basic(tenant.key), 'POST', '/v1.1/webhooks', body);
    }
    await refuses(404, 'not_found', bed, basic(tenant.key), 'GET', '/v1.1/nothing');
    await refuses(404, 'not_found', bed, basic(tenant.key), 'GET', '/nothing');
  });

  test('requests without a body are not held to their content type', async () => {
    const tenant = await bed.tenant('Bodiless');
    for (const type of ['application/json', 'text/plain', 'multipart/form-data; boundary=x']) {
      const { status, body } = await send(bed, basic(tenant.key), 'GET', '/v1.1/webhooks', undefined, { 'content-type': type });
      assert.deepEqual([status, body], [200, { webhooks: [] }], type);
    }
  });
}
