// The page that the vendor's customers have: their snippet as it is published,
// which signs a customer in by e-mail address. What changes is the host it asks.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, afterEach, before, describe, test } from 'node:test';
import { selfSigned } from './bed/certificate.mjs';
import { Server } from './bed/server.mjs';
import { Sink } from './bed/sink.mjs';
import { Site } from './bed/site.mjs';
import { Visitors, ui } from './bed/visitors.mjs';

const published = await readFile(new URL('pages/vendor-snippet.html', import.meta.url), 'utf8');

// put replaces what stands there exactly once.
function put(page, changes) {
  for (const [from, to] of changes) {
    assert.equal(page.split(from).length, 2, `${from} is in the page once`);
    page = page.replace(from, () => to);
  }
  return page;
}

describe('the published page', () => {
  let tls, server, sink, site, visitors;

  before(async () => {
    tls = await selfSigned('heliograph.test');
    sink = await new Sink().start();
    server = await new Server({ tls }).start();
    await server.tells(sink.url);
    site = await new Site(server).start();
    visitors = await new Visitors().start(['--host-resolver-rules=MAP *.heliograph.test 127.0.0.1, MAP heliograph.test 127.0.0.1']);
  });
  after(async () => {
    await visitors?.stop();
    site?.stop();
    await server?.stop();
    sink?.stop();
    await tls?.remove();
  });
  afterEach(() => visitors.leave());

  const theirs = '"https://"+r+".webloader.smooch.io/"';
  const address = {
    'a host name of its own': () => `"https://"+r+".webloader.heliograph.test:${server.port}/"`,
    'a path': () => `"${server.url}/webloader/"+r`,
  };

  for (const [how, ours] of Object.entries(address)) {
    // visit opens the page as a customer's server would have written it.
    const visit = async (customer, jwt) => {
      await visitors.newcomer({ ignoreHTTPSErrors: true });
      const page = await visitors.context.newPage();
      await page.goto(
        site.whole('/bot', put(published, [[theirs, ours()], ['"xxx"', `"${server.integrationId}"`], ['[email protected]', customer], ['generate this token server side', jwt]])),
      );
      return page;
    };

    test(`signs a known customer in, by ${how}`, async () => {
      const customer = `ana+${how.length}@example.org`;
      await server.user('', 'POST', { userId: customer, givenName: 'Ana' });
      const page = await visit(customer, server.token(customer));
      await ui(page, '.launcher').waitFor();
      await page.waitForFunction(() => Smooch.getUser());
      const user = await page.evaluate(() => Smooch.getUser());
      assert.deepEqual([user.userId, user.givenName], [customer, 'Ana']);
      assert.equal(user._id, (await server.user(customer)).appUser._id);
    });

    test(`signs a new customer in, by ${how}, whom the business then writes to by e-mail address`, async () => {
      const customer = `new+${how.length}@example.org`;
      const page = await visit(customer, server.token(customer));
      await ui(page, '.launcher').waitFor();
      await page.evaluate(() => Smooch.startConversation());
      assert.equal(await page.evaluate(() => Smooch.getUser().userId), customer);
      await sink.told('conversation:start', (body) => body.appUser.userId === customer);
      await server.say(customer, 'May we help?');
      await ui(page, '.launcher .badge').waitFor();
      await ui(page, '.launcher').click();
      await ui(page, '[role=dialog]').getByText('May we help?').waitFor();
      await ui(page, 'textarea').fill('You may');
      await ui(page, 'textarea').press('Enter');
      const { messages } = await sink.told('message:appUser', (body) => body.appUser.userId === customer);
      assert.deepEqual([messages[0].text, messages[0].source.type], ['You may', 'web']);
    });

    test(`shows nothing of a customer without their token, by ${how}`, async () => {
      const customer = `eve+${how.length}@example.org`;
      await server.user('', 'POST', { userId: customer, credentialRequired: true });
      await server.say(customer, 'A secret of Eve');
      const page = await visit(customer, server.token(customer, 3600, { keyId: server.key.keyId, secret: 'guessed' }));
      await page.waitForFunction(() => Smooch.getUser); // the messenger's own, no longer the snippet's
      const why = await page.evaluate(() => Smooch.init({ integrationId, userId: externalId, jwt }).catch((why) => why.code)).catch(String);
      assert.equal(why, 'invalid_auth');
      assert.doesNotMatch(await page.evaluate(() => document.body.innerText + (document.getElementById('heliograph-messenger')?.shadowRoot.textContent ?? '')), /secret/);
      visitors.wrong = visitors.wrong.filter((line) => !/token/i.test(line)); // the published page does not catch its init
    });
  }
});
