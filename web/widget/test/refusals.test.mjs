// Who may not: pages of a stranger, keys of another app, tokens that are no good.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { Server } from './bed/server.mjs';
import { Site } from './bed/site.mjs';
import { Visitors, heard, ui, userOf } from './bed/visitors.mjs';
import { until } from './bed/wait.mjs';

describe('the messenger refuses', () => {
  let server, site, stranger, visitors, otherApp;
  const integration = (body) => server.api('PUT', `/v1.1/apps/${server.appId}/integrations/${server.integrationId}`, body);

  before(async () => {
    server = await new Server().start();
    site = await new Site(server).start();
    stranger = await new Site(server).start();
    visitors = await new Visitors().start();
    const { app } = await server.api('POST', '/v1.1/apps', { name: 'Another' }, server.account);
    const { key } = await server.api('POST', `/v1.1/apps/${app._id}/keys`, { name: 'test' }, server.account);
    const { webIntegrationId } = await server.api('GET', `/v1.1/apps/${app._id}/sdks`, undefined, { keyId: key._id, secret: key.secret });
    otherApp = { key: { keyId: key._id, secret: key.secret }, webIntegrationId };
    await server.user('', 'POST', { userId: 'eve', credentialRequired: true });
    await server.say('eve', 'For Eve only');
  });
  after(async () => {
    await visitors?.stop();
    site?.stop();
    stranger?.stop();
    await server?.stop();
  });
  afterEach(() => visitors.leave());

  const everything = (page) =>
    page.evaluate(() => document.body.innerText + (document.getElementById('heliograph-messenger')?.shadowRoot.textContent ?? ''));

  test('pages of an origin that is not among the allowed', async () => {
    await visitors.newcomer();
    await integration({ originWhitelist: [site.url] });
    try {
      const home = await visitors.open(site.plain('/home'));
      await ui(home, '.launcher').waitFor();
      await home.evaluate(() => Smooch.startConversation());

      const page = await visitors.open(stranger.plain('/strange'), 'refused');
      assert.deepEqual(await heard(page, 'refused'), [['origin_not_allowed']]);
      assert.equal(await page.locator('#heliograph-messenger').count(), 0);
      assert.equal(await everything(page), 'Shop');

      const said = [];
      visitors.context.on('console', (line) => line.type() === 'error' && said.push(line.text()));
      const oneLine = await visitors.context.newPage();
      await oneLine.goto(stranger.add('/line', `<script async src="${server.url}/sdk/widget/loader.js" data-integration-id="${server.integrationId}"></script>`));
      await until('the error', () => said.find((text) => /^Heliograph: .*not for pages of this origin/.test(text)));
      assert.equal(await everything(oneLine), 'Shop');

      // Not only the browser keeps it from them.
      const { status } = await fetch(`${server.url}/sdk/v1/${server.integrationId}/start`, {
        method: 'POST', headers: { Origin: stranger.url }, body: JSON.stringify({ device: { id: 'a'.repeat(32) } }),
      });
      assert.equal(status, 403);
    } finally {
      await integration({ originWhitelist: [] });
    }
  });

  const none = { keyId: 'app_000000000000000000000000', secret: 'x' };
  const tokens = {
    'that is forged': () => server.token('eve', 3600, { keyId: server.key.keyId, secret: 'guessed' }),
    'that has expired': () => server.token('eve', -1),
    'signed with the key of another app': () => server.token('eve', 3600, otherApp.key),
    'signed with a key that nobody has': () => server.token('eve', 3600, none),
    'of another user': () => server.token('mallory'),
    'that is not signed': () => server.token('eve').replace(/^[^.]*/, Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')).replace(/[^.]*$/, ''),
  };
  for (const [i, [what, make]] of Object.entries(tokens).entries()) {
    test(`a token ${what}`, async () => {
      await visitors.newcomer();
      const page = await visitors.open(site.plain(`/token${i}`, `{ userId: 'eve', jwt: '${make()}' }`), 'refused');
      assert.deepEqual(await heard(page, 'refused'), [['invalid_auth']]);
      assert.doesNotMatch(await everything(page), /For Eve only/);
      // The page may still be used by a visitor, who is not Eve.
      assert.equal(await page.evaluate((id) => Smooch.init({ integrationId: id }).then(() => Smooch.startConversation()).then(() => Smooch.login('eve', '')).catch((why) => why.code), server.integrationId), 'invalid_auth');
      const { _id } = (await server.user('eve')).appUser;
      assert.notEqual(await userOf(page), _id);
      assert.doesNotMatch(await everything(page), /For Eve only/);
    });
  }

  test("the integration of another app, with this app's tokens", async () => {
    await visitors.newcomer();
    const options = `{ integrationId: '${otherApp.webIntegrationId}', userId: 'eve', jwt: '${server.token('eve')}' }`;
    const page = await visitors.open(site.plain('/other', options), 'refused');
    assert.deepEqual(await heard(page, 'refused'), [['invalid_auth']]);
    assert.equal(await everything(page), 'Shop');
  });
});
