// Whatever comes in a message, a name or a file: nothing of it runs in the page.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { Server } from './bed/server.mjs';
import { Site } from './bed/site.mjs';
import { Visitors, happens, ui, userOf } from './bed/visitors.mjs';
import { until } from './bed/wait.mjs';

const markup = `<img src=x onerror=pwned=1><script>pwned=1</script><svg onload=pwned=1><iframe srcdoc="<script>parent.pwned=1</script>">`;
const script = 'javascript:void(window.pwned=1)';
const html = 'data:text/html,<script>opener.pwned=1;alert(1)</script>';
const addresses = [script, 'java\nscript:window.pwned=1', html, '\tVBScript:x'];
const action = (type, uri) => ({ type, text: markup, uri, payload: 'p', fallback: uri, ...(type === 'buy' ? { amount: 100 } : {}) });

// messages is everything that can be hostile of a message, given where its addresses lead.
const messages = (url) => [
  { type: 'text', text: `${markup} ${url} https://example.org/"onclick="pwned=1`, name: '<script>pwned=1</script><img src=x onerror=pwned=1>', avatarUrl: url },
  { type: 'image', mediaUrl: url, altText: markup, text: markup },
  { type: 'file', mediaUrl: url, altText: markup },
  { type: 'text', text: 'press', actions: ['link', 'webview', 'buy'].map((type) => action(type, url)) },
  { type: 'carousel', items: [{ title: markup, description: markup, mediaUrl: url, actions: [action('link', url), action('webview', url)] }] },
  { type: 'list', items: [{ title: markup, description: markup, mediaUrl: url, actions: [action('link', url)] }] },
  { type: 'location', coordinates: { lat: 1, long: 2 }, location: { name: markup, address: markup } },
  { type: 'text', text: 'choose', actions: [{ type: 'reply', text: markup.slice(0, 20), payload: 'p', iconUrl: url }] },
  { type: 'form', fields: [{ type: 'text', name: 'a', label: markup, placeholder: markup },
    { type: 'select', name: 'b', label: 'b', options: [{ name: 'c', label: markup }] }] },
];

const files = [
  { name: 'drawing.svg', type: 'image/svg+xml', content: '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>console.log("pwned");alert(1)</script></svg>' },
  { name: 'page.html', type: 'text/html', content: '<!doctype html><title>pwned</title><script>console.log("pwned");alert(1)</script>' },
  { name: 'page.html', type: 'image/png', content: '<!doctype html><title>pwned</title><script>console.log("pwned");alert(1)</script>' },
  { name: '"><img src=x onerror=alert(1)>.png.xhtml', type: 'application/xhtml+xml', content: '<html xmlns="http://www.w3.org/1999/xhtml"><script>console.log("pwned");alert(1)</script></html>' },
];

describe('what is hostile', () => {
  let server, visitors;
  const sites = {};

  before(async () => {
    server = await new Server().start();
    sites.strict = await new Site(server).start();
    sites.loose = await new Site(server, { strict: false }).start();
    await server.api('PUT', `/v1.1/apps/${server.appId}/integrations/${server.integrationId}`, { businessName: markup });
    visitors = await new Visitors().start();
  });
  after(async () => {
    await visitors?.stop();
    for (const site of Object.values(sites)) site.stop();
    await server?.stop();
  });
  afterEach(() => visitors.leave());

  // refused holds the API to have no message with an address that could run something.
  async function refused(id, message) {
    const why = await server.say(id, message).then(() => 'it was taken', String);
    assert.match(why, / 400 .*(uri|fallback|Url) must be/, `${JSON.stringify(message)}: ${why}`);
  }

  // inert holds the messenger to have made nothing of it but text.
  async function inert(page) {
    const found = await page.evaluate(() => {
      const root = document.getElementById('heliograph-messenger').shadowRoot;
      const urls = [...root.querySelectorAll('[href], [src], [srcdoc], [action], [formaction]')].flatMap((element) =>
        ['href', 'src', 'srcdoc', 'action', 'formaction'].map((name) => element.getAttribute(name)).filter((url) => url && !/^(https?:|mailto:|tel:|blob:|#)/.test(url)),
      );
      const handlers = [...root.querySelectorAll('*')].flatMap((element) => [...element.attributes].filter((one) => /^on/.test(one.name)).map((one) => one.name));
      return { urls, handlers, elements: root.querySelectorAll('script, iframe, object, embed, svg a, foreignObject').length, pwned: window.pwned };
    });
    assert.deepEqual(found, { urls: [], handlers: [], elements: 0, pwned: undefined });
  }

  // press presses everything in the conversation.
  async function press(page) {
    await page.evaluate(() => {
      const { shadowRoot } = document.getElementById('heliograph-messenger');
      for (const element of shadowRoot.querySelectorAll('.panel .action, .panel .bubble a, .panel .photo-button, .panel .file')) {
        if (!/^https?:/.test(element.href ?? '')) element.click();
        shadowRoot.querySelector('.overlay button')?.click();
      }
    });
  }

  for (const policy of ['strict', 'loose']) {
    test(`stays text in messages of the API, on a page with ${policy} policy`, async () => {
      await visitors.newcomer();
      const page = await visitors.open(sites[policy].plain('/api'));
      await page.evaluate(() => Smooch.startConversation());
      await happens(page, 'connected');
      const id = await userOf(page);
      for (const message of messages(`${server.url}/none.png`)) await server.say(id, message);
      for (const url of addresses) {
        for (const message of messages(url).filter((one) => JSON.stringify({ ...one, text: '', avatarUrl: '' }).includes(JSON.stringify(url)))) await refused(id, message);
        await server.say(id, { type: 'text', text: `${url} and ${markup}` });
      }
      await server.say(id, 'the last of them');
      await page.evaluate(() => Smooch.open());
      await ui(page, '[role=dialog] .bubble').getByText('the last of them').waitFor();
      await ui(page, '[role=dialog] .author').getByText('<script>pwned=1</script>').first().waitFor(); // as text
      await inert(page);
    });

    test(`stays text even when the page hands it over, on a page with ${policy} policy`, async () => {
      // What the API refuses comes by the delegate: the interface may not rely on the API.
      await visitors.newcomer();
      await visitors.context.exposeFunction('hostile', () => addresses.flatMap(messages).map((message, i) => ({ ...message, actions: message.actions?.map((one, j) => ({ ...one, _id: `a${i}-${j}` })) })));
      const options = `{ delegate: { beforeDisplay: (message) => /^\\d+$/.test(message.text) ? { ...message, ...window.all[message.text] } : message } }`;
      const page = await visitors.open(sites[policy].plain('/delegate', options));
      await page.evaluate(async () => {
        window.all = (await hostile()).map((one) => ({ ...one, items: one.items?.map((item, i) => ({ ...item, _id: 'i' + i })), fields: one.fields?.map((field, i) => ({ ...field, _id: 'f' + i })) }));
        await Smooch.startConversation();
      });
      await happens(page, 'connected');
      const id = await userOf(page);
      const kinds = messages('').length;
      for (let i = 0; i < kinds * addresses.length; i += 1) await server.say(id, String(i));
      await page.evaluate(() => Smooch.open());
      const shown = ui(page, '[role=dialog] .row');
      await until('all of them', async () => (await shown.count()) >= kinds * addresses.length);
      await inert(page);
      await press(page);
      await inert(page);
      assert.equal(visitors.context.pages().length, 1, 'a tab was opened');
    });
  }

  test('runs in no file that a visitor uploaded, opened in a tab', async () => {
    await visitors.newcomer();
    const page = await visitors.open(sites.loose.plain('/upload'));
    await page.evaluate(() => Smooch.open());
    for (const { name, type, content } of files) {
      await ui(page, 'input[type=file]').last().setInputFiles({ name, mimeType: type, buffer: Buffer.from(content) });
    }
    await until('the uploads to be over', async () => (await ui(page, '.own').count()) === files.length && (await ui(page, '.own.sending').count()) === 0);
    await inert(page);
    const id = await userOf(page);
    const kept = id ? (await server.heard(id)).map((message) => message.mediaUrl) : [];
    assert.ok(kept.length > 0, 'none was taken: this tests nothing');
    await openAll(kept);
  });

  test('runs in no file that the API took, opened in a tab', async () => {
    await visitors.newcomer();
    const { appUser } = await server.user('', 'POST', { userId: 'files' });
    const kept = [];
    for (const file of files) {
      for (const path of ['attachments?access=public&for=message', `appusers/${appUser._id}/images`]) {
        const { status, body } = await server.upload(path, file);
        assert.ok([200, 201, 400, 415].includes(status), `${path} ${file.name}: ${status}`);
        if (status < 300) kept.push(body.mediaUrl ?? body.message.mediaUrl);
      }
    }
    assert.ok(kept.length > 0, 'none was taken: this tests nothing');
    await openAll(kept);
  });

  // openAll opens files as a person does who is sent there, and on a page of somebody else's.
  async function openAll(urls) {
    const said = [];
    visitors.context.on('console', (line) => /pwned/.test(line.text()) && said.push(line.text()));
    for (const url of urls) {
      const answer = await fetch(url);
      assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
      assert.match(answer.headers.get('content-security-policy'), /^sandbox; default-src 'none'$/);
      const tab = await visitors.context.newPage();
      await tab.goto(url).catch((why) => assert.match(String(why), /Download is starting|ERR_ABORTED/));
      assert.doesNotMatch(await tab.title(), /pwned/);
      await tab.close();
    }
    const frames = await visitors.context.newPage();
    await frames.goto(sites.loose.add('/frames', urls.map((url) => `<iframe src="${url}"></iframe><object data="${url}"></object><img src="${url}">`).join('')), { waitUntil: 'load' });
    await frames.close();
    assert.deepEqual(said, []);
    // Files that forbid scripts say that they were stopped: that is as it should be.
    visitors.wrong = visitors.wrong.filter((line) => !/Content Security Policy/.test(line));
  }
});
