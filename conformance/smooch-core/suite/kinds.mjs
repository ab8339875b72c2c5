import assert from 'node:assert/strict';
import { test } from 'node:test';

import { refusedAs } from '../bed/client.mjs';
import { send, basic } from '../bed/raw.mjs';
import { assertShape, id, text } from '../bed/shape.mjs';

const any = () => true;

// kinds are the types of integrations that have no channel here: what the client
// sends, and what is shown of it besides what every integration has.
const p12 = Buffer.from([0x30, 0x03, 0x02, 0x01, 0x03]).toString('base64');
const kinds = {
  apn: [{ certificate: p12, password: 'hush', autoUpdateBadge: true }, { autoUpdateBadge: true, production: false }],
  apple: [{ businessId: 'b', apiSecret: 'hush', mspId: 'm' }, { businessId: 'b', mspId: 'm' }],
  fcm: [{ serverKey: 'hush', senderId: '1' }, { senderId: '1' }],
  line: [{ channelAccessToken: 'hush', channelId: 'c', channelSecret: 'hush' }, { channelId: 'c' }],
  messenger: [{ pageAccessToken: 'hush', appId: 'a', appSecret: 'hush' }, { appId: 'a' }],
  telegram: [{ token: 'hush' }, {}],
  twitter: [{ consumerKey: 'a', consumerSecret: 'hush', accessTokenKey: 'b', accessTokenSecret: 'hush' }, { consumerKey: 'a', accessTokenKey: 'b' }],
  viber: [{ token: 'hush' }, {}],
  wechat: [{ appId: 'a', appSecret: 'hush', encodingAesKey: 'hush' }, { appId: 'a' }],
};
const common = { _id: id, hookUrl: text, delivery: any };

export function integrationKinds(bed) {
  for (const [type, [sent, shown]] of Object.entries(kinds)) {
    test(`an integration of type ${type} is made, changed and deleted`, async () => {
      const { appId, server } = await bed.tenant(type);
      const { integration } = await server.integrations.create({ appId, props: { type, ...sent } });
      assertShape(integration, { ...common, ...shown, type, status: 'inactive', error: /no channel/ });
      const changed = await server.integrations.update({ appId, integrationId: integration._id, props: { displayName: 'Named' } });
      assert.deepEqual(changed.integration, { ...integration, displayName: 'Named' });
      assert.deepEqual((await server.integrations.list({ appId, types: [type] })).integrations, [changed.integration]);
      await refusedAs(server.notifications.postNotification({
        appId,
        notification: {
          destination: { integrationId: integration._id, destinationId: '+15550100100' },
          author: { role: 'appMaker' }, message: { type: 'text', text: 'x' },
        },
      }), 'bad_request', /^destination\.integrationId .*no channel in this build/);
      assert.deepEqual(await server.integrations.delete({ appId, integrationId: integration._id }), {});
    });
  }

  test('an integration of type web has defaults, and takes lists', async () => {
    const { appId, server } = await bed.tenant('web');
    const { integration } = await server.integrations.create({ appId, props: { type: 'web' } });
    const defaults = {
      ...common, type: 'web', status: 'active', brandColor: '65758e', conversationColor: '0099ff', actionColor: '0099ff',
      displayStyle: 'button', fixedIntroPane: false, requireAuth: false, // the last is ours
    };
    assertShape(integration, defaults);
    const props = { businessName: 'Shop', integrationOrder: [integration._id], originWhitelist: ['https://shop.example'], displayStyle: 'tab' };
    const changed = await server.integrations.update({ appId, integrationId: integration._id, props });
    assertShape(changed.integration, { ...defaults, ...props });
    for (const bad of [{ brandColor: '#fff' }, { displayStyle: 'x' }, { originWhitelist: ['https://shop.example/'] }]) {
      await refusedAs(server.integrations.update({ appId, integrationId: integration._id, props: bad }), 'bad_request', new RegExp(`^${Object.keys(bad)[0]} `));
    }
  });

  test('ios, android and instagram, which the client cannot make, are made by plain HTTP', async () => {
    const { appId, key } = await bed.tenant('raw kinds');
    for (const [type, more] of [['ios', {}], ['android', {}], ['instagram', { pageAccessToken: 't', appId: 'a', appSecret: 's' }]]) {
      const made = await send(bed, basic(key), 'POST', `/v1.1/apps/${appId}/integrations`, { type, ...more });
      assert.equal(made.status, 201, JSON.stringify(made.body));
      assert.equal(made.body.integration.type, type);
    }
  });
}
