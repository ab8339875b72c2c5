// The messenger on a real page with every type of message, before axe: closed
// and open, light and dark, from left to right and from right to left.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import { Server } from './bed/server.mjs';
import { Site } from './bed/site.mjs';
import { Visitors, ui } from './bed/visitors.mjs';

const picture = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
const phone = { viewport: { width: 390, height: 844 } };

const messages = (url) => {
  const link = { type: 'link', text: 'Read more', uri: 'https://example.org' };
  const item = (title) => ({ title, description: 'Washed, roasted on Tuesday', mediaUrl: url, actions: [link, { type: 'postback', text: 'Order ' + title, payload: 'o' }] });
  return [
    { type: 'text', text: 'Good morning, see https://example.org', avatarUrl: url },
    { type: 'text', text: 'Ready?', actions: [link, { type: 'postback', text: 'Track', payload: 't' }, { type: 'webview', text: 'Seat', uri: 'https://example.org', fallback: 'https://example.org' }, { type: 'buy', text: 'Pay', uri: 'https://example.org', amount: 100 }] },
    { type: 'image', mediaUrl: url, altText: 'The roastery', text: 'Where it comes from' },
    { type: 'image', mediaUrl: url + '-gone', altText: 'A picture that is gone' },
    { type: 'file', mediaUrl: url, altText: 'invoice.pdf' },
    { type: 'carousel', items: [item('Guji'), item('Nyeri')] },
    { type: 'list', items: [item('Huila'), item('Sidamo')], actions: [link] },
    { type: 'location', coordinates: { lat: 47.37, long: 8.54 }, location: { name: 'The roastery', address: 'Quay 7' } },
    { type: 'form', fields: [{ type: 'text', name: 'a', label: 'Name', placeholder: 'As ordered' }, { type: 'email', name: 'b', label: 'E-mail' }, { type: 'select', name: 'c', label: 'Size', options: [{ name: 's', label: 'Small' }, { name: 'l', label: 'Large' }] }] },
    { type: 'text', text: 'Was that all?', actions: [{ type: 'reply', text: 'Yes', payload: 'y', iconUrl: url }, { type: 'locationRequest', text: 'Where I am' }] },
  ];
};

describe('the messenger is accessible', () => {
  let server, site, visitors, url;

  before(async () => {
    server = await new Server().start();
    site = await new Site(server).start();
    visitors = await new Visitors().start();
    const { status, body } = await server.upload('attachments?access=public&for=message', { name: 'p.png', type: 'image/png', content: picture });
    assert.ok(status < 300, JSON.stringify(body));
    url = body.mediaUrl;
  });
  after(async () => {
    await visitors?.stop();
    site?.stop();
    await server?.stop();
  });

  // faultless holds a page to have nothing that axe objects to.
  async function faultless(page, what) {
    const { violations, passes } = await new AxeBuilder({ page }).analyze();
    assert.ok(passes.some((rule) => rule.nodes.some((node) => Array.isArray(node.target[0]))), 'axe did not look into the shadow root');
    const told = violations.map((rule) => `${what}: ${rule.id}: ${rule.nodes.map((node) => `${node.target} ${node.failureSummary}`).join('; ')}`);
    assert.deepEqual(told, []);
  }

  for (const [theme, dir, screen] of [['light', 'ltr', {}], ['dark', 'rtl', phone], ['light', 'rtl', {}], ['dark', 'ltr', {}]]) {
    test(`${theme}, ${dir}, ${screen.viewport ? 'on a phone' : 'on a desk'}`, async () => {
      await visitors.newcomer({ reducedMotion: 'reduce', ...screen });
      const userId = `axe-${theme}-${dir}`;
      await server.user('', 'POST', { userId });
      for (const message of messages(url)) await server.say(userId, message);
      const page = await visitors.open(site.plain('/' + userId, `{ userId: '${userId}', theme: '${theme}', dir: '${dir}' }`));
      await ui(page, '.launcher .badge').waitFor();
      assert.equal(await ui(page, '.root').getAttribute('dir'), dir);
      await ui(page, `.root.${theme}`).waitFor({ state: 'attached' });
      await faultless(page, 'closed');

      await page.evaluate(() => Smooch.sendMessage('An own message, and then two files'));
      await server.say(userId, messages(url).at(-1)); // suggestions stand under the newest message only
      await ui(page, '.launcher').click();
      await ui(page, '.reply').first().waitFor();
      for (const kind of ['text', 'image', 'file', 'list', 'location', 'form']) await ui(page, `.bubble.is-${kind}`).first().waitFor({ state: 'attached' });
      await ui(page, '.bare').first().waitFor({ state: 'attached' }); // the carousel
      await faultless(page, 'open');
      await server.user(`${userId}/conversation/activity`, 'POST', { role: 'appMaker', type: 'typing:start', name: 'Ben' });
      await page.waitForFunction(() => told.some((event) => event.name === 'typing:start'));
      await ui(page, '.photo-button').first().click();
      await faultless(page, 'with a picture in front');
      await visitors.leave();
    });
  }
});
