import assert from 'node:assert/strict';
import { test } from 'node:test';

import { refusedAs } from '../bed/client.mjs';
import { basic, send } from '../bed/raw.mjs';
import { assertShape, id, seconds } from '../bed/shape.mjs';
import { until } from '../bed/wait.mjs';

export function reach(bed) {
  for (const scope of ['account', 'app']) {
    test(`auth codes, link requests and business systems are given (${scope})`, async () => {
      const tenant = await bed.tenant('Codes');
      const { _id: integrationId } = await tenant.integrate();
      const { appUsers } = tenant.as(scope);
      await appUsers.create(tenant.args(scope, { appUser: { userId: 'jo' } }));
      const at = tenant.args(scope, { userId: 'jo' });
      assertShape(await appUsers.getAuthCode(at), { authCode: /^ac_[A-Za-z0-9_-]{43}$/ });
      assert.deepEqual(await appUsers.getBusinessSystems(at), { businessSystems: [] });
      const { linkRequests } = await appUsers.getLinkRequests({ ...at, integrationIds: [integrationId] });
      assertShape(linkRequests, [{ integrationId, type: 'twilio', code: /^lr_[a-z2-7]{16}$/, url: /^sms:\+1555\d{7}\?body=lr_/ }]);
      await refusedAs(appUsers.getLinkRequests({ ...at, integrationIds: [tenant.appId] }), 'integration_not_found');
    });

    test(`a ping reaches the phone (${scope})`, async () => {
      const tenant = await bed.tenant('Ping shop');
      await tenant.integrate();
      const { appUsers } = tenant.as(scope);
      await appUsers.create(tenant.args(scope, { appUser: { userId: 'jo' } }));
      const at = tenant.args(scope, { userId: 'jo', channel: 'twilio' });
      await refusedAs(appUsers.pingChannel(at), 'client_not_found');
      const phone = bed.phone();
      await tenant.link('jo', phone);
      assert.deepEqual(await appUsers.pingChannel(at), {});
      await until('the test message', async () => (await bed.texts(phone)).some((t) => t.includes('test message from Ping shop')));
    });
  }

  test('a code sent from a phone links it, whoever had it', async () => {
    const tenant = await bed.tenant('Link codes');
    const integration = await tenant.integrate();
    const hook = await tenant.listen(['link:success']);
    const phone = bed.phone();
    await tenant.notify(integration, phone, 'hello');
    await until('the text', async () => (await bed.texts(phone)).length === 1);
    await bed.reply(phone, 'who is this?');
    const { appUsers } = tenant.server;
    const { appUser } = await appUsers.create({ appUser: { userId: 'jo' } });
    const { linkRequests: [{ code }] } = await appUsers.getLinkRequests({ userId: 'jo', integrationIds: [integration._id] });
    await bed.reply(phone, code);
    const { channels } = await appUsers.getChannels({ userId: 'jo' });
    assert.deepEqual(channels, [{ type: 'twilio', integrationId: integration._id, phoneNumber: phone }]);
    const told = await hook.told('link:success');
    assert.equal(told.appUser._id, appUser._id);
    assert.equal(told.criteria.phoneNumber, phone);
  });

  test('a postback is told, and said when the app wants it', async () => {
    const tenant = await bed.tenant('Postbacks');
    const { appUsers, conversations } = tenant.server;
    await appUsers.create({ appUser: { userId: 'jo' } });
    const action = { type: 'postback', text: 'Go', payload: 'GO', metadata: { k: 'v' } };
    const { message } = await appUsers.sendMessage({ userId: 'jo', message: { role: 'appMaker', type: 'text', text: 'Well?', actions: [action] } });
    const [{ _id: actionId }] = message.actions;
    assert.match(actionId, id);
    assert.deepEqual(await conversations.postPostback({ userId: 'jo', actionId }), {});
    assert.deepEqual(await tenant.user('jo').conversations.postPostback({ userId: 'jo', actionId }), {});
    assert.deepEqual(await bed.account.conversations.postPostback({ appId: tenant.appId, userId: 'jo', actionId }), {});
    await refusedAs(conversations.postPostback({ userId: 'jo', actionId: message._id }), 'not_found');
    await tenant.server.apps.update(tenant.appId, { settings: { echoPostback: true } });
    await until('the echo', async () => {
      await conversations.postPostback({ userId: 'jo', actionId });
      const { messages } = await appUsers.getMessages({ userId: 'jo' });
      return messages.some((m) => m.role === 'appUser' && m.text === 'Go' && m.payload === 'GO');
    });
  });

  test('the webhook of a postback has the message and the action', async () => {
    const tenant = await bed.tenant('Postback hook');
    const hook = await tenant.listen(['postback']);
    const { appUsers, conversations } = tenant.server;
    const { appUser } = await appUsers.create({ appUser: { userId: 'jo' } });
    const { message, conversation } = await appUsers.sendMessage({
      userId: 'jo', message: { role: 'appMaker', type: 'text', text: 'Well?', actions: [{ type: 'postback', text: 'Go', payload: 'GO' }] },
    });
    await conversations.postPostback({ userId: 'jo', actionId: message.actions[0]._id });
    assertShape(await hook.told('postback'), {
      trigger: 'postback', version: 'v1.1', app: { _id: tenant.appId }, timestamp: seconds,
      appUser: { _id: appUser._id, userId: 'jo', conversationStarted: true }, conversation: { _id: conversation._id }, source: { type: 'api' },
      postbacks: [{ message: (m) => m._id === message._id, action: { _id: message.actions[0]._id, type: 'postback', text: 'Go', payload: 'GO' } }],
    });
  });

  for (const scope of ['account', 'app']) {
    test(`what is left out says what to use instead (${scope})`, async () => {
      const tenant = await bed.tenant('Left out');
      const { appUsers, stripe, deployments } = tenant.as(scope);
      const jo = (more) => tenant.args(scope, { userId: 'jo', ...more });
      const deploymentId = 'x';
      for (const [call, says] of [
        [stripe.getAccount(...(scope === 'account' ? [tenant.appId] : [])), /link action/],
        [appUsers.stripe.updateCustomer(jo({ token: 'token' })), /link action/],
        [appUsers.stripe.createTransaction(jo({ actionId: 'action', token: 'token' })), /link action/],
        [appUsers.viber.getQRCode(jo()), /linkrequest/], [appUsers.wechat.getQRCode(jo()), /linkrequest/],
        [deployments.list(), /Cloud API/], [deployments.get(deploymentId), /Cloud API/], [deployments.delete(deploymentId), /Cloud API/],
        [deployments.create({ hosting: 'smooch' }), /Cloud API/],
        [deployments.create({ hosting: 'self', baseUrl: 'https://wa.example', username: 'u', password: 'p' }), /Cloud API/],
        [deployments.activate(deploymentId, 'cert', '+15550100', 'sms'), /Cloud API/], [deployments.confirmCode(deploymentId, '1'), /Cloud API/],
      ]) await refusedAs(call, 'not_implemented', says);
    });
  }

  test("a sender's profile is for channels that have one", async () => {
    const tenant = await bed.tenant('Profile');
    const { _id: integrationId } = await tenant.integrate();
    const { profile } = tenant.server.integrations;
    await refusedAs(profile.get({ integrationId }), 'bad_request', /^integrationId .*no profile/);
    await refusedAs(profile.update({ integrationId, profile: { about: 'x' } }), 'bad_request', /^integrationId .*no profile/);
    // On current Node this client sends its form as a text.
    await refusedAs(profile.photo.upload({ integrationId, source: Buffer.from('x') }), 'bad_request');
  });

  test('generated clients find notifications under /v1, and everything below /sc', async () => {
    const tenant = await bed.tenant('Generated');
    const integration = await tenant.integrate();
    const body = {
      destination: { integrationId: integration._id, destinationId: bed.phone() }, author: { role: 'appMaker' }, message: { type: 'text', text: 'x' },
    };
    for (const prefix of ['/v1', '/v1.1', '/sc/v1', '/sc/v1.1']) {
      const { status } = await send(bed, basic(tenant.key), 'POST', `${prefix}/apps/${tenant.appId}/notifications`, body);
      assert.equal(status, 201, prefix);
    }
    assert.equal((await send(bed, basic(tenant.key), 'GET', '/sc/v1.1/menu')).status, 200);
    assert.equal((await send(bed, basic(tenant.key), 'GET', `/sc/v1.1/apps/${tenant.appId}/sdks`)).status, 200);
    assert.equal((await send(bed, basic(bed.accountKey), 'GET', '/sc/v1.1/serviceaccounts')).status, 200);
  });
}
