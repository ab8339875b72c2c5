// The status of every success, which the client does not tell apart, and the
// heart of the vendor's guide to outbound messages, request by request.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { basic, send } from '../bed/raw.mjs';
import { assertShape, id, uuid } from '../bed/shape.mjs';
import { until } from '../bed/wait.mjs';

export function statuses(bed) {
  test('what is made answers 201, everything else 200', async () => {
    const tenant = await bed.tenant('Statuses');
    const app = `/v1.1/apps/${tenant.appId}`;
    const user = `${app}/appusers/jo`;
    const ask = async (status, method, path, body, key = tenant.key) => {
      const answer = await send(bed, basic(key), method, path, body);
      assert.equal(answer.status, status, `${method} ${path}: ${JSON.stringify(answer.body)}`);
      return answer.body;
    };
    const made = await ask(201, 'POST', '/v1.1/apps', { name: 'x' }, bed.accountKey);
    await ask(200, 'GET', '/v1.1/apps', undefined, bed.accountKey);
    await ask(200, 'PUT', `/v1.1/apps/${made.app._id}`, { name: 'y' }, bed.accountKey);
    await ask(200, 'DELETE', `/v1.1/apps/${made.app._id}`, undefined, bed.accountKey);
    const { key } = await ask(201, 'POST', `${app}/keys`, { name: 'x' });
    await ask(200, 'GET', `${app}/keys/${key._id}/jwt`);
    await ask(200, 'DELETE', `${app}/keys/${key._id}`);
    const { integration } = await ask(201, 'POST', `${app}/integrations`, {
      type: 'twilio', accountSid: `AC${'4'.repeat(32)}`, authToken: '5'.repeat(32), phoneNumberSid: `PN${'6'.repeat(32)}`,
    });
    await ask(200, 'PUT', `${app}/integrations/${integration._id}`, { displayName: 'x' });
    const { webhook } = await ask(201, 'POST', `${app}/webhooks`, { target: 'https://hooks.example.org' });
    await ask(200, 'PUT', `${app}/webhooks/${webhook._id}`, { triggers: ['postback'] });
    await ask(200, 'DELETE', `${app}/webhooks/${webhook._id}`);
    await ask(201, 'POST', `${app}/appusers`, { userId: 'jo' });
    await ask(200, 'PUT', user, { givenName: 'Jo' });
    await ask(200, 'POST', `${user}/channels`, { type: 'twilio', phoneNumber: bed.phone(), confirmation: { type: 'immediate' } });
    await ask(201, 'POST', `${user}/messages`, { role: 'appMaker', type: 'text', text: 'x' });
    await ask(200, 'POST', `${user}/conversation/activity`, { role: 'appMaker', type: 'typing:start' });
    await ask(200, 'POST', `${user}/conversation/read`);
    await ask(200, 'DELETE', `${user}/channels/twilio`);
    await ask(200, 'DELETE', `${user}/profile`);
    await ask(200, 'DELETE', user);
    await ask(200, 'DELETE', `${app}/integrations/${integration._id}`);
  });

  test('a business reaches a person it has never met, and one it knows', async () => {
    const tenant = await bed.tenant('Guide');
    const integration = await tenant.integrate();
    const hook = await tenant.listen(['message', 'link:match', 'link:success', 'notification:delivery:user']);
    const app = `/v1.1/apps/${tenant.appId}`;
    const post = (path, body) => send(bed, basic(tenant.key), 'POST', app + path, body);
    const [stranger, bob] = [bed.phone(), bed.phone()];

    const notified = await post('/notifications', {
      destination: { integrationId: integration._id, destinationId: stranger },
      author: { role: 'appMaker', name: 'Shop', email: 'shop@example.org' },
      message: { type: 'text', text: 'Check this out!' },
    });
    assert.equal(notified.status, 201);
    assertShape(notified.body, { notification: { _id: uuid } });
    await hook.told('notification:delivery:user');
    await bed.reply(stranger, 'This is a user reply to a notification');
    const answer = await hook.told('message:appUser');
    const [{ name, avatarUrl, text: said, source }] = answer.recentNotifications;
    assert.deepEqual([name, said, source], ['Shop', 'Check this out!', { type: 'notification' }]);
    assert.match(avatarUrl, /^https:\/\/www\.gravatar\.com\/avatar\/[0-9a-f]{32}/);

    const created = await post('/appusers', { userId: '3w7AQigJkJDkfnnKW5fF1I', credentialRequired: true });
    assert.equal(created.status, 201);
    assert.equal(created.body.appUser.credentialRequired, true);
    const linked = await post('/appusers/3w7AQigJkJDkfnnKW5fF1I/channels', {
      type: 'twilio', phoneNumber: bob,
      confirmation: { type: 'immediate', message: { role: 'appMaker', type: 'text', text: 'Hello there' } },
    });
    assert.equal(linked.status, 200);
    assert.match(linked.body.appUser._id, id);
    await hook.told('link:success');
    await until('the text', async () => (await bed.texts(bob)).length > 0);
    assert.deepEqual(await bed.texts(bob), ['Hello there']);
    await bed.reply(bob, 'Hello');
    assert.equal((await hook.told('message:appUser', (b) => b.messages[0].text === 'Hello')).appUser.userId, '3w7AQigJkJDkfnnKW5fF1I');
  });
}
