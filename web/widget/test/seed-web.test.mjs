// A web shop writes first: what the guide to outbound messaging tells of the web
// messenger, step by step, on each database.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { postgres, sqlite } from './bed/database.mjs';
import { Server } from './bed/server.mjs';
import { Sink } from './bed/sink.mjs';
import { Site } from './bed/site.mjs';
import { Visitors, happens, heard, ui, userOf } from './bed/visitors.mjs';
import { until } from './bed/wait.mjs';

for (const kind of [sqlite, postgres]) {
  describe(`a shop writes first, on ${kind.name}`, { skip: kind.skip }, () => {
    let server, sink, site, visitors;

    before(async () => {
      sink = await new Sink().start();
      server = await new Server({ kind }).start();
      await server.tells(sink.url);
      site = await new Site(server).start();
      visitors = await new Visitors().start();
    });
    after(async () => {
      await visitors?.stop();
      site?.stop();
      await server?.stop();
      sink?.stop();
    });
    afterEach(() => visitors.leave());

    const ofUser = (id) => (body) => body.appUser?._id === id;
    const texts = async (id) => (await server.user(`${id}/messages`)).messages.map((message) => message.text);

    test('to somebody who is browsing anonymously', async () => {
      await visitors.newcomer();
      // 1, 2. The page calls init. The launcher is there; the user is not.
      const page = await visitors.open(site.plain('/shop', '{}', '<button id="buy">Buy</button>'));
      await ui(page, '.launcher').waitFor();
      const corner = await ui(page, '.launcher').boundingBox();
      const size = page.viewportSize();
      assert.ok(corner.x > size.width / 2 && corner.y > size.height / 2, 'the launcher is at the bottom right');
      assert.equal(await ui(page, '.badge').count(), 0);
      assert.equal(await userOf(page), undefined);
      assert.equal(await server.database.count('users'), 0, 'nobody is created by looking');
      assert.deepEqual(sink.triggers(), []);

      // 3, 4. A purchase, after which the page wants the shop to be able to write.
      await page.evaluate(() => {
        window.neverReloaded = true;
        document.getElementById('buy').addEventListener('click', () => Smooch.startConversation());
      });
      await page.locator('#buy').click();

      // 5. The user and the conversation come into being; the webhook is told.
      const start = await sink.told('conversation:start');
      assert.equal(start.app._id, server.appId);
      assert.equal(start.appUser._id, await until('the user', () => userOf(page)));
      assert.equal(start.appUser.conversationStarted, true);
      assert.equal(start.appUser.userId, undefined);
      assert.equal(start.conversation._id, await page.evaluate(() => Smooch.getConversation()._id));
      assert.equal(start.source.type, 'web');
      assert.equal(await server.database.count('users'), 1);
      await happens(page, 'connected');

      // 6. The server writes to the user whom the webhook told of.
      const { _id: id } = start.appUser;
      await server.say(id, 'Thanks for your order. Shall we wrap it?');

      // 7. An unread indicator over the button, and in the title.
      await ui(page, '.launcher .badge').waitFor();
      assert.equal(await ui(page, '.launcher .badge').innerText(), '1');
      assert.match(await ui(page, '.launcher').getAttribute('aria-label'), /Unread messages: 1/);
      await page.waitForFunction(() => document.title === '(1) new message \u00b7 Shop');
      const badge = await ui(page, '.launcher .badge').boundingBox();
      assert.ok(Math.abs(badge.x - corner.x) < corner.width && Math.abs(badge.y - corner.y) < corner.height, 'it is over the button');
      assert.equal(await page.evaluate(() => window.neverReloaded), true);

      // 8. A click shows the message; the person replies.
      await ui(page, '.launcher').click();
      await ui(page, '[role=dialog]').getByText('Shall we wrap it?').waitFor();
      await ui(page, '.badge').waitFor({ state: 'detached' });
      await page.waitForFunction(() => document.title === 'Shop');
      await ui(page, 'textarea').fill('Yes, in blue please');
      await ui(page, 'textarea').press('Enter');
      const reply = await sink.told('message:appUser', ofUser(id));
      const [message] = reply.messages;
      assert.deepEqual([message.text, message.role, message.authorId], ['Yes, in blue please', 'appUser', id]);
      assert.equal(message.source.type, 'web');
      assert.equal(message.source.integrationId, server.integrationId);
      assert.equal(reply.conversation._id, start.conversation._id);
      assert.deepEqual(await texts(id), ['Thanks for your order. Shall we wrap it?', 'Yes, in blue please']);
      assert.equal(sink.bodies.filter((body) => body.trigger === 'conversation:start' && ofUser(id)(body)).length, 1);
    });

    test('who then signs in as a customer it knows: it is one conversation', async () => {
      await visitors.newcomer();
      await server.user('', 'POST', { userId: 'ana@example.org', givenName: 'Ana' });
      const known = (await server.user('ana@example.org')).appUser._id;
      const page = await visitors.open(site.plain('/sign-in'));
      await page.evaluate(() => Smooch.startConversation());
      const anonymous = await userOf(page);
      await sink.told('conversation:start', ofUser(anonymous));
      await happens(page, 'connected');
      await server.say(anonymous, 'Thanks for your order');
      await page.evaluate(() => Smooch.sendMessage('It was me, Ana'));

      await page.evaluate((jwt) => Smooch.login('ana@example.org', jwt), server.token('ana@example.org'));
      const merge = await sink.told('merge:appUser');
      assert.equal(merge.surviving._id, known);
      assert.equal(merge.surviving.userId, 'ana@example.org');
      assert.deepEqual(merge.discarded.map((user) => user._id), [anonymous]);
      assert.equal(await userOf(page), known);
      assert.deepEqual(await texts(known), ['Thanks for your order', 'It was me, Ana']);
      await ui(page, '.launcher').click();
      for (const text of ['Thanks for your order', 'It was me, Ana']) await ui(page, '[role=dialog]').getByText(text).waitFor();
      await server.say('ana@example.org', 'Hello Ana');
      await ui(page, '[role=dialog]').getByText('Hello Ana').waitFor();
      assert.equal(await ui(page, '[role=dialog]').getByText('It was me, Ana').count(), 1);
    });

    test('whom nobody can be without a token, from then on', async () => {
      // The customer of before has used one. This is a page of somebody who only knows the name.
      await visitors.newcomer();
      const refusals = [];
      visitors.context.on('response', (answer) => answer.status() === 401 && refusals.push(answer.json()));
      const page = await visitors.open(site.plain('/guess', `{ userId: 'ana@example.org' }`), 'refused');
      assert.deepEqual(await heard(page, 'refused'), [['invalid_auth']]);
      assert.equal((await Promise.all(refusals))[0].error.code, 'invalid_auth');
      assert.doesNotMatch(await page.content(), /It was me/);
      assert.equal((await server.user('ana@example.org')).appUser.credentialRequired, true);

      // A page that can be asked is asked, and goes on with what it answers.
      await visitors.context.exposeFunction('freshToken', () => server.token('ana@example.org'));
      const asked = await visitors.open(
        site.plain('/ask', `{ userId: 'ana@example.org', delegate: { onInvalidAuth: () => { window.asked = (window.asked || 0) + 1; return freshToken(); } } }`),
      );
      assert.equal(await asked.evaluate(() => window.asked), 1);
      assert.equal(await asked.evaluate(() => Smooch.getUser().userId), 'ana@example.org');
    });
  });
}
