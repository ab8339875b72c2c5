// The messenger in a real browser, against the real server.
//
//   make build && scripts/browser.sh scripts/widget.sh pages
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, afterEach, before, describe, test } from 'node:test';
import { chromium } from 'playwright-core';
import { Server, binary } from './bed/server.mjs';
import { Site } from './bed/site.mjs';
import { until } from './bed/wait.mjs';

const browserPath = process.env.HELIOGRAPH_CHROMIUM ?? '/usr/bin/chromium';

describe('the messenger', () => {
  let server, site, browser, context, wrong;

  before(async () => {
    assert.ok(existsSync(binary), `${binary} is missing: run 'make build', or set HELIOGRAPH_BIN`);
    server = await new Server().start();
    site = await new Site(server).start();
    browser = await chromium.launch({ executablePath: browserPath, args: ['--no-sandbox'] });
  });
  after(async () => {
    await browser?.close();
    site?.stop();
    await server?.stop();
    const bad = server?.log.split('\n').filter((line) => /"level":"ERROR"|^panic/.test(line));
    assert.deepEqual(bad, [], 'errors in the log of the server');
  });
  afterEach(async () => {
    await context?.close();
    assert.deepEqual(wrong, [], 'errors in the page');
  });

  // A browser that was never here.
  async function newcomer(more = {}) {
    await context?.close();
    wrong = [];
    context = await browser.newContext(more);
    context.setDefaultTimeout(20_000);
  }

  // Opens an address in the browser, and waits until the messenger is ready.
  async function visit(url, { strict = true } = {}) {
    const page = await context.newPage();
    page.on('pageerror', (why) => wrong.push(String(why)));
    if (strict) page.on('console', (line) => /Content Security Policy/.test(line.text()) && wrong.push(line.text()));
    await page.goto(url);
    await page.waitForFunction(() => told.some((event) => event.name === 'ready'));
    return page;
  }

  const heard = (page, name) => page.evaluate((name) => told.filter((event) => event.name === name).map((event) => event.args), name);
  const hears = (page, name, text) =>
    page.waitForFunction(([name, text]) => told.some((event) => event.name === name && (!text || event.args[0]?.text === text)), [name, text]);
  const connected = (page) => page.waitForFunction(() => told.some((event) => event.name === 'connected'));
  const userOf = (page) => page.evaluate(() => Smooch.getUser()?._id);
  const ui = (page, selector) => page.locator(`#heliograph-messenger ${selector}`);

  test("the vendor's snippet finds it, in the order that it replays", async () => {
    await newcomer();
    const page = await visit(site.snippet('/snippet'));
    assert.equal(await page.evaluate(() => window.inited), true);
    assert.equal(await page.evaluate(() => told[0].name), 'ready');
    assert.equal(await userOf(page), undefined, 'nobody is created by looking');
  });

  test('one line of HTML is enough', async () => {
    await newcomer();
    const url = site.add('/one-line', `<script async src="${server.url}/sdk/widget/loader.js" data-integration-id="${server.integrationId}" data-business-name="Tulip"></script>`);
    const page = await context.newPage();
    page.on('pageerror', (why) => wrong.push(String(why)));
    await page.goto(url);
    await ui(page, 'button').first().click();
    await ui(page, '[role=dialog]').waitFor();
    assert.match(await ui(page, '[role=dialog]').innerText(), /Tulip/);
  });

  test('the business writes first, after startConversation, and it shows at once', async () => {
    await newcomer();
    const page = await visit(site.plain('/start'));
    await page.evaluate(() => Smooch.startConversation());
    await connected(page);
    await page.evaluate(() => Smooch.startConversation());
    const id = await userOf(page);
    await server.say(id, 'Thanks for your order');
    await hears(page, 'message:received', 'Thanks for your order');
    const [[, data]] = await heard(page, 'message:received');
    assert.equal(data.live, true);
    assert.equal(data.conversation._id, await page.evaluate(() => Smooch.getConversation()._id));
    await page.waitForFunction(() => document.title === '(1) new message \u00b7 Shop');
    assert.deepEqual((await heard(page, 'unreadCount')).map(([count]) => count), [1]);
    assert.equal((await heard(page, 'conversation:added')).length, 1);

    await page.evaluate(() => Smooch.open());
    await page.waitForFunction(() => document.title === 'Shop');
    await until('the server to know that it was read', async () => (await server.user(`${id}/messages`)).conversation.unreadCount === 0);
  });

  test('a person writes, and the next page shows it', async () => {
    await newcomer();
    const url = site.plain('/write');
    const page = await visit(url);
    await page.evaluate(() => Smooch.open());
    await ui(page, 'textarea').fill('Is it blue?');
    await ui(page, 'textarea').press('Enter');
    await hears(page, 'message:sent', 'Is it blue?');
    const id = await userOf(page);
    assert.deepEqual((await server.heard(id)).map((message) => message.text), ['Is it blue?']);
    assert.equal((await server.heard(id))[0].source.type, 'web');

    const next = await visit(url);
    assert.equal(await userOf(next), id);
    assert.deepEqual(await next.evaluate(() => Smooch.getConversation().messages.map((message) => message.text)), ['Is it blue?']);
    assert.deepEqual(await heard(next, 'message'), [], 'what was said before is no news');
  });

  test('what came meanwhile is told as not live', async () => {
    await newcomer();
    const url = site.plain('/meanwhile');
    const page = await visit(url);
    await page.evaluate(() => Smooch.startConversation());
    const id = await userOf(page);
    await page.close();
    await server.say(id, 'one');
    await server.say(id, 'two');
    const next = await visit(url);
    await hears(next, 'message:received', 'two');
    assert.deepEqual((await heard(next, 'message:received')).map(([message, data]) => [message.text, data.live]), [['one', false], ['two', false]]);
  });

  test('nothing is lost or told twice while the server is away', async () => {
    await newcomer();
    const page = await visit(site.plain('/away'), { strict: false });
    await page.evaluate(() => Smooch.sendMessage('before'));
    await connected(page);
    const id = await userOf(page);
    await server.down();
    try {
      await hears(page, 'disconnected');
      await page.evaluate(() => void Smooch.sendMessage('while away').then((message) => (window.sentAway = message)));
    } finally {
      await server.up();
    }
    await page.waitForFunction(() => window.sentAway);
    await server.say(id, 'welcome back');
    await hears(page, 'message:received', 'welcome back');
    assert.deepEqual((await server.heard(id)).map((message) => message.text), ['before', 'while away']);
    assert.deepEqual((await heard(page, 'message')).map(([message]) => message.text), ['before', 'while away', 'welcome back']);
  });

  test('a message that was not sent is sent by the next page', async () => {
    await newcomer();
    const url = site.plain('/reload');
    const page = await visit(url, { strict: false });
    await page.evaluate(() => Smooch.sendMessage('first'));
    const id = await userOf(page);
    await context.setOffline(true);
    await page.evaluate(() => void Smooch.sendMessage('second').catch(() => {}));
    await page.waitForFunction(() => Object.keys(localStorage).some((key) => key.includes(':out:')));
    await page.close();
    await context.setOffline(false);
    await visit(url, { strict: false });
    await until('the message', async () => (await server.heard(id)).some((message) => message.text === 'second'));
  });

  test('a customer logs in: what they said before is theirs', async () => {
    await newcomer();
    const page = await visit(site.plain('/login'));
    await page.evaluate(() => Smooch.sendMessage('anonymous words'));
    const anonymous = await userOf(page);
    await server.user('', 'POST', { userId: 'ana' });
    await page.evaluate((jwt) => Smooch.login('ana', jwt), server.token('ana'));
    const user = await page.evaluate(() => Smooch.getUser());
    assert.equal(user.userId, 'ana');
    assert.notEqual(user._id, anonymous);
    assert.deepEqual((await server.heard('ana')).map((message) => message.text), ['anonymous words']);
    await server.say('ana', 'Hello Ana');
    await hears(page, 'message:received', 'Hello Ana');

    await page.evaluate(() => Smooch.logout());
    assert.equal(await userOf(page), undefined);
    assert.equal(await page.evaluate(() => Smooch.getConversation()), undefined);
    assert.deepEqual(await page.evaluate(() => Object.keys(localStorage).filter((key) => /session|out:/.test(key))), []);
  });

  test('an invalid token is asked for anew, once', async () => {
    await newcomer();
    await context.exposeFunction('freshToken', () => server.token('ben'));
    const options = `{ userId: 'ben', jwt: '${server.token('ben', -10)}', delegate: { onInvalidAuth: () => { window.asked = (window.asked || 0) + 1; return freshToken(); } } }`;
    const page = await visit(site.plain('/expired', options));
    await page.evaluate(() => Smooch.sendMessage('hi'));
    assert.equal(await page.evaluate(() => window.asked), 1);
    assert.equal(await page.evaluate(() => Smooch.getUser().userId), 'ben');
  });

  test('a forged token is refused', async () => {
    await newcomer();
    await server.user('', 'POST', { userId: 'eve', credentialRequired: true });
    const page = await context.newPage();
    await page.goto(site.plain('/forged', `{ userId: 'eve', jwt: '${server.token('eve').slice(0, -3)}abc' }`));
    await page.waitForFunction(() => told.some((event) => event.name === 'refused'));
    assert.deepEqual(await heard(page, 'refused'), [['invalid_auth']]);
  });

  test('tabs are kept in step', async () => {
    await newcomer();
    const url = site.plain('/tabs');
    const [one, two] = [await visit(url), await visit(url)];
    await one.evaluate(() => Smooch.sendMessage('from one'));
    await hears(two, 'message', 'from one');
    await connected(two);
    assert.equal(await userOf(two), await userOf(one));
    await server.say(await userOf(one), 'to both');
    for (const page of [one, two]) await hears(page, 'message:received', 'to both');
    await two.evaluate(() => Smooch.markAllAsRead());
    await one.waitForFunction(() => Smooch.getConversation().unreadCount === 0);
    await one.evaluate(() => Smooch.logout());
    await two.waitForFunction(() => !Smooch.getUser());
  });

  test('two tabs that begin at once make one user', async () => {
    await newcomer();
    const url = site.plain('/race');
    const pages = [await visit(url), await visit(url)];
    await Promise.all(pages.map((page, i) => page.evaluate((i) => Smooch.sendMessage('from ' + i), i)));
    const [a, b] = await Promise.all(pages.map(userOf));
    assert.equal(a, b);
    assert.equal((await server.heard(a)).length, 2);
  });

  for (const [name, path, kinds] of [
    ['server-sent events', '/sse', ['live']],
    ['polling', '/polling', ['live', 'events']],
  ]) {
    test(`${name} take over where nothing better gets through`, async () => {
      await newcomer();
      const page = await context.newPage();
      page.on('pageerror', (why) => wrong.push(String(why)));
      if (kinds.includes('live')) await page.addInitScript(() => (window.WebSocket = class { constructor() { throw new Error('blocked'); } }));
      if (kinds.includes('events')) await context.route('**/events?*', (route) => route.abort());
      await page.goto(site.plain(path));
      await page.waitForFunction(() => told.some((event) => event.name === 'ready'));
      await page.evaluate(() => Smooch.sendMessage('hello'));
      await connected(page);
      await server.say(await userOf(page), 'got through');
      await hears(page, 'message:received', 'got through');
      assert.deepEqual((await heard(page, 'message')).map(([message]) => message.text), ['hello', 'got through']);
    });
  }

  test('shows that the business types', async () => {
    await newcomer();
    const page = await visit(site.plain('/typing'));
    await page.evaluate(() => Smooch.startConversation());
    await connected(page);
    const id = await userOf(page);
    await server.user(`${id}/conversation/activity`, 'POST', { role: 'appMaker', type: 'typing:start', name: 'Ben' });
    await hears(page, 'typing:start');
    assert.equal((await heard(page, 'typing:start'))[0][0].name, 'Ben');
    await server.user(`${id}/conversation/activity`, 'POST', { role: 'appMaker', type: 'typing:stop' });
    await hears(page, 'typing:stop');
  });

  test('answers a quick reply and a form', async () => {
    await newcomer();
    const page = await visit(site.plain('/answers'));
    await page.evaluate(() => Smooch.startConversation());
    await connected(page);
    const id = await userOf(page);
    await page.evaluate(() => Smooch.open());
    await server.say(id, { type: 'text', text: 'Blue?', actions: [{ type: 'reply', text: 'Yes', payload: 'YES' }] });
    await ui(page, 'button:has-text("Yes")').click();
    await hears(page, 'message:sent', 'Yes');
    assert.equal((await server.heard(id)).at(-1).payload, 'YES');

    await server.say(id, { type: 'form', fields: [{ type: 'email', name: 'mail', label: 'Your e-mail' }] });
    await ui(page, 'input[type=email]').fill('ana@example.org');
    await ui(page, 'form button[type=submit]').first().click();
    await until('the answer', async () => (await server.heard(id)).at(-1).type === 'formResponse');
    assert.equal((await server.heard(id)).at(-1).fields[0].email, 'ana@example.org');
  });

  test('uploads a file', async () => {
    await newcomer();
    const page = await visit(site.plain('/files'));
    await page.evaluate(() => Smooch.open());
    await ui(page, 'input[type=file]').last().setInputFiles({ name: 'note.txt', mimeType: 'text/plain', buffer: Buffer.from('hello') });
    await hears(page, 'message:sent');
    const [message] = await server.heard(await userOf(page));
    assert.equal(message.type, 'file');
    assert.equal(await (await fetch(message.mediaUrl)).text(), 'hello');
  });

  test('reads back through a long conversation', async () => {
    await newcomer();
    const url = site.plain('/long');
    const page = await visit(url);
    await page.evaluate(() => Smooch.startConversation());
    const id = await userOf(page);
    for (let i = 1; i <= 60; i++) await server.say(id, 'number ' + i);
    const next = await visit(url);
    await next.evaluate(() => Smooch.open());
    const texts = () => next.evaluate(() => Smooch.getConversation().messages.map((message) => message.text));
    assert.equal((await texts()).length, 25);
    await ui(next, '[role=dialog]').getByText('number 60', { exact: true }).hover();
    await until('all of it', async () => {
      await next.mouse.wheel(0, -2000);
      return (await texts()).length === 60;
    });
    assert.deepEqual(await texts(), Array.from({ length: 60 }, (_, i) => 'number ' + (i + 1)));
  });

  test('in the page, where it is rendered', async () => {
    await newcomer();
    const page = await visit(site.plain('/embedded', '{ embedded: true }', '<div id="place"></div>'));
    await page.evaluate(() => {
      document.getElementById('place').style.height = '480px';
      Smooch.render(document.getElementById('place'));
    });
    await ui(page, 'textarea').waitFor();
    assert.ok((await ui(page, 'textarea').boundingBox()).height >= 36, 'there is room for a line to write');
    assert.equal(await page.evaluate(() => document.querySelector('#place > #heliograph-messenger').getBoundingClientRect().height), 480);
    await page.evaluate(() => Smooch.destroy());
    assert.equal(await page.evaluate(() => document.querySelectorAll('#heliograph-messenger').length), 0);
    assert.equal((await heard(page, 'destroy')).length, 1);
  });

  test('v5 names, when asked for', async () => {
    await newcomer();
    const page = await visit(site.plain('/v5', `{ compat: 'v5', externalId: 'carl' }`));
    const conversation = await page.evaluate(() => Smooch.createConversation({ messages: [{ type: 'text', text: 'hi' }] }));
    assert.ok(conversation.id && !conversation._id);
    assert.deepEqual(conversation.messages.map(({ role, text }) => ({ role, text })), [{ role: 'user', text: 'hi' }]);
    assert.equal((await page.evaluate(() => Smooch.getUser())).externalId, 'carl');
    await connected(page);
    await server.say('carl', 'hello');
    await hears(page, 'message:received', 'hello');
    const [[message, data]] = await heard(page, 'message:received');
    assert.equal(message.role, 'business');
    assert.equal(data.conversation.id, conversation.id);
  });

  test('a delegate decides what is shown and sent', async () => {
    await newcomer();
    const page = await visit(
      site.plain('/delegate', `{ delegate: {
        beforeDisplay: (message) => message.text === 'secret' ? null : { ...message, text: message.text + '!' },
        beforeSend: (message) => message.text === 'no' ? false : { ...message, metadata: { from: 'page' } },
      } }`),
    );
    await page.evaluate(() => Smooch.sendMessage('yes'));
    assert.equal(await page.evaluate(() => Smooch.sendMessage('no').catch((why) => why.code)), 'not_sent');
    const id = await userOf(page);
    assert.deepEqual((await server.heard(id)).map((message) => [message.text, message.metadata]), [['yes', { from: 'page' }]]);
    await connected(page);
    await server.say(id, 'secret');
    await server.say(id, 'open');
    await hears(page, 'message:received', 'open');
    await page.evaluate(() => Smooch.open());
    await ui(page, '[role=dialog]').getByText('open!').waitFor();
    assert.doesNotMatch(await ui(page, '[role=dialog]').innerText(), /secret/);
  });

  test('asks who it is before the first message', async () => {
    await newcomer();
    const page = await visit(site.plain('/prechat', '{ prechatCapture: { enabled: true } }'));
    await page.evaluate(() => Smooch.open());
    await ui(page, 'input').first().fill('Dora');
    await ui(page, 'input[type=email]').fill('dora@example.org');
    await ui(page, 'form button[type=submit]').first().click();
    const id = await until('a user', () => userOf(page));
    await until('the profile', async () => (await server.user(id)).appUser.email === 'dora@example.org');
    assert.equal((await server.user(id)).appUser.givenName, 'Dora');
  });

  test('what the page says of a visitor is kept until there is a user', async () => {
    await newcomer();
    const page = await visit(site.plain('/early'));
    await page.evaluate(() => Smooch.updateUser({ givenName: 'Gus', properties: { plan: 'gold' } }));
    assert.equal(await userOf(page), undefined);
    await page.evaluate(() => Smooch.sendMessage('hi'));
    const { appUser } = await server.user(await userOf(page));
    assert.deepEqual([appUser.givenName, appUser.properties], ['Gus', { plan: 'gold' }]);
    assert.equal(await page.evaluate(() => Smooch.getUser().givenName), 'Gus');
  });

  test('where storage is refused it lives in memory', async () => {
    await newcomer();
    const page = await context.newPage();
    page.on('pageerror', (why) => wrong.push(String(why)));
    await page.addInitScript(() => {
      for (const name of ['localStorage', 'sessionStorage']) Object.defineProperty(window, name, { get: () => { throw new DOMException('no', 'SecurityError'); } });
    });
    await page.goto(site.plain('/memory'));
    await page.waitForFunction(() => told.some((event) => event.name === 'ready'));
    await page.evaluate(() => Smooch.sendMessage('still works'));
    assert.equal((await server.heard(await userOf(page))).length, 1);
  });

  test('shows a push through the page\'s own service worker, and tells what became of it', async () => {
    await newcomer();
    await context.grantPermissions(['notifications'], { origin: site.url });
    const page = await visit(site.plain('/push', `{ serviceWorkerUrl: '/worker.js' }`));
    const told = [];
    context.on('request', (request) => request.method() === 'POST' && request.url().endsWith('/push-events') && told.push(request.postDataJSON()));
    // There is no push service in a test: the browser is handed what one would bring.
    await page.evaluate(() => Smooch.startConversation());
    await page.evaluate(() => Smooch.login('frida'));
    const workers = await context.newCDPSession(await context.newPage());
    const registered = new Promise((resolve) => workers.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => registrations[0] && resolve(registrations[0].registrationId)));
    await workers.send('ServiceWorker.enable');
    const registrationId = await registered;
    await page.evaluate(() => navigator.serviceWorker.ready);
    const push = (delivery) =>
      workers.send('ServiceWorker.deliverPushMessage', {
        origin: site.url,
        registrationId,
        data: JSON.stringify({ title: 'Sunflower', body: 'Your order is on its way', tag: 'c1', badge: 1, heliograph: { v: 1, delivery } }),
      });
    const shown = () => page.evaluate(async () => (await (await navigator.serviceWorker.ready).getNotifications()).map(({ title, body }) => ({ title, body })));

    await page.bringToFront();
    await push('seen-in-the-page');
    await until('the worker to tell', () => told.some((one) => one.delivery === 'seen-in-the-page'));
    assert.deepEqual(await shown(), [], 'who looks at the page needs no notification');

    await page.goto('about:blank');
    await push('nobody-there');
    await until('the worker to tell', () => told.some((one) => one.delivery === 'nobody-there'));
    await page.goto(site.url + '/push');
    assert.deepEqual(await shown(), [{ title: 'Sunflower', body: 'Your order is on its way' }]);
    const device = await page.evaluate(() => JSON.parse(localStorage.getItem(Object.keys(localStorage).find((key) => key.endsWith(':device')))));
    assert.deepEqual(told, [
      { device, delivery: 'seen-in-the-page', event: 'received' },
      { device, delivery: 'nobody-there', event: 'displayed' },
    ]);
  });
});
