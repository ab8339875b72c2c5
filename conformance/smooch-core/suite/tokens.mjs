// Who may do what with which token, and attacks on tokens.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { connect, refusedAs } from '../bed/client.mjs';
import { basic, refuses } from '../bed/raw.mjs';
import { forge, publicPEM } from '../bed/token.mjs';
import { until } from '../bed/wait.mjs';

const now = () => Math.floor(Date.now() / 1000);

// clientTakes reports whether the client passes a token on: it does when it has
// three parts and a scope that the client knows.
function clientTakes(jwt) {
  const parts = jwt.split('.');
  return parts.length === 3 && JSON.parse(Buffer.from(parts[1], 'base64url')).scope === 'app';
}

export function tokens(bed) {
  test('forged and stale tokens are refused', async () => {
    const tenant = await bed.tenant('Attacks');
    const { key } = tenant;
    const app = { scope: 'app', iat: now() };
    const attacks = {
      'alg none, unsigned': forge(key, app, { header: { alg: 'none' } }),
      'alg None, unsigned': forge(key, app, { header: { alg: 'None' } }),
      'alg none, with a signature': forge(key, app, { header: { alg: 'none' }, signature: forge(key, app).split('.')[2] }),
      'HS256, unsigned': forge(key, app, { signature: '' }),
      'HS256, another secret': forge(key, app, { secret: 'a'.repeat(86) }),
      'HS256, an empty secret': forge(key, app, { secret: '' }),
      'HS256 keyed with a public key': forge(key, app, { secret: publicPEM }),
      HS512: forge(key, app, { header: { alg: 'HS512' } }),
      RS256: forge(key, app, { header: { alg: 'RS256' } }),
      expired: forge(key, { ...app, exp: now() - 60 }),
      'not valid yet': forge(key, { ...app, nbf: now() + 3600 }),
      'an expiry that is a text': forge(key, { ...app, exp: 'never' }),
      'unknown kid': forge(key, app, { header: { kid: `app_${'0'.repeat(24)}` } }),
      'no kid': forge(key, app, { header: { kid: undefined } }),
      'a kid that is a number': forge(key, app, { header: { kid: 1 } }),
      "another app's kid": forge(key, app, { header: { kid: (await bed.tenant('Victim')).key._id } }),
      'no scope': forge(key, { iat: now() }),
      'unknown scope': forge(key, { scope: 'god' }),
      'a scope that is a list': forge(key, { scope: ['app'] }),
      'two parts': forge(key, app).split('.').slice(0, 2).join('.'),
      garbage: 'garbage',
    };
    for (const [name, jwt] of Object.entries(attacks)) {
      const failed = (err) => { throw new Error(`${name}: ${err.message}`, { cause: err }); };
      await refuses(401, 'unauthorized', bed, `Bearer ${jwt}`, 'GET', '/v1.1/webhooks').catch(failed);
      if (clientTakes(jwt)) await refusedAs(connect(bed.url, { jwt }).webhooks.list(), 'unauthorized').catch(failed);
    }
    const good = forge(key, { ...app, exp: now() + 600 });
    assert.deepEqual(await connect(bed.url, { jwt: good }).webhooks.list(), { webhooks: [] });
  });

  test('a client with the wrong secret is refused', async () => {
    const tenant = await bed.tenant('Secrets');
    const wrong = connect(bed.url, { keyId: tenant.key._id, secret: bed.accountKey.secret, scope: 'app' });
    await refusedAs(wrong.webhooks.list(), 'unauthorized');
  });

  test('a token expires while it is in use', async () => {
    const tenant = await bed.tenant('Expiry');
    const client = connect(bed.url, { jwt: forge(tenant.key, { scope: 'app', exp: now() + 10 }) });
    await client.webhooks.list();
    const err = await until('the token to expire', () => client.webhooks.list().then(() => null, (e) => e));
    assert.equal(err.code, 'unauthorized');
  });

  test("another app's token is forbidden everything", async () => {
    const [thief, other] = [await bed.tenant('Thief'), await bed.tenant('Other')];
    const { appId } = other;
    const integration = await other.integrate();
    const { appUser } = await other.server.appUsers.create({ appUser: { userId: 'jo' } });
    const { webhook } = await other.server.webhooks.create({ props: { target: 'https://hooks.example.org' } });
    const notification = {
      destination: { integrationId: integration._id, destinationId: bed.phone() }, author: { role: 'appMaker' }, message: { type: 'text', text: 'x' },
    };
    // These name an app with every scope.
    const { apps, integrations, notifications } = thief.server;
    for (const call of [
      () => apps.get(appId), () => apps.update(appId, { name: 'x' }), () => apps.getSdkIds(appId), () => apps.delete(appId),
      () => integrations.list({ appId }), () => integrations.get({ appId, integrationId: integration._id }),
      () => integrations.create({ appId, props: { type: 'twilio', accountSid: 'AC', authToken: 'x', phoneNumberSid: 'PN' } }),
      () => integrations.update({ appId, integrationId: integration._id, props: { displayName: 'x' } }),
      () => integrations.delete({ appId, integrationId: integration._id }),
      () => notifications.postNotification({ appId, notification }),
    ]) {
      await refusedAs(call(), 'forbidden').catch((err) => { throw new Error(`${call}: ${err.message}`, { cause: err }); });
    }
    // The others do so below /apps, where the client goes for accounts only.
    const user = '/appusers/jo';
    for (const [method, path, body] of [
      ['POST', '/keys', { name: 'x' }], ['GET', '/keys'], ['GET', `/keys/${other.key._id}`], ['GET', `/keys/${other.key._id}/jwt`],
      ['DELETE', `/keys/${other.key._id}`],
      ['POST', '/webhooks', { target: 'https://thief.example.org' }], ['GET', '/webhooks'], ['GET', `/webhooks/${webhook._id}`],
      ['PUT', `/webhooks/${webhook._id}`, { target: 'https://thief.example.org' }], ['DELETE', `/webhooks/${webhook._id}`],
      ['POST', '/appusers', { userId: 'x' }], ['POST', '/appusers/merge', { surviving: { _id: appUser._id }, discarded: { _id: appUser._id } }],
      ['GET', user], ['PUT', user, { givenName: 'x' }], ['DELETE', user], ['DELETE', `${user}/profile`], ['GET', `${user}/channels`],
      ['POST', `${user}/channels`, { type: 'twilio', phoneNumber: bed.phone(), confirmation: { type: 'immediate' } }],
      ['DELETE', `${user}/channels/twilio`],
      ['GET', `${user}/messages`], ['POST', `${user}/messages`, { role: 'appMaker', type: 'text', text: 'x' }], ['DELETE', `${user}/messages`],
      ['DELETE', `${user}/messages/${appUser._id}`], ['GET', `${user}/conversation`], ['POST', `${user}/conversation/read`],
      ['POST', `${user}/conversation/activity`, { role: 'appMaker', type: 'typing:start' }],
    ]) {
      await refuses(403, 'forbidden', bed, `Bearer ${forge(thief.key, { scope: 'app' })}`, method, `/v1.1/apps/${appId}${path}`, body);
    }
    // At the short paths it sees its own app, in which there is nothing.
    await refusedAs(thief.server.appUsers.get({ userId: appUser._id }), 'user_not_found');
    await refusedAs(thief.server.webhooks.get({ webhookId: webhook._id }), 'not_found');
    await refusedAs(thief.server.apps.keys.get(other.key._id), 'not_found');
    await refusedAs(notifications.postNotification({ appId: thief.appId, notification }), 'integration_not_found');

    assert.deepEqual((await other.server.webhooks.list()).webhooks, [webhook]);
    assert.deepEqual((await other.server.appUsers.get({ userId: 'jo' })).appUser, appUser);
    assert.deepEqual((await other.server.integrations.list({ appId, types: 'twilio' })).integrations, [integration]);
  });

  test('an app key cannot sign for the account', async () => {
    const tenant = await bed.tenant('Wider');
    const client = connect(bed.url, { jwt: forge(tenant.key, { scope: 'account' }) });
    await refusedAs(client.apps.list(), 'forbidden');
    await refusedAs(client.apps.get(tenant.appId), 'forbidden');
  });

  test('an account needs to say which app it means', async () => {
    const tenant = await bed.tenant('Named');
    assert.deepEqual(await bed.account.webhooks.list(tenant.appId), { webhooks: [] });
    await refuses(403, 'forbidden', bed, basic(bed.accountKey), 'GET', '/v1.1/webhooks');
  });
}
