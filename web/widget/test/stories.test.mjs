// Looks at every story in a real browser: no accessibility violation, no error,
// nothing that the content security policy had to stop, and the interface does
// what a person expects of it.
//
//   npm run test:stories
//   SHOTS=FOLDER npm run test:stories     keeps a picture of every story, too
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import { chromium } from 'playwright-core';
import { serve } from '../stories/serve.mjs';

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const desk = { viewport: { width: 1280, height: 800 } };
const looks = [
  { name: 'desk light ltr', context: desk, theme: 'light', dir: 'ltr' },
  { name: 'phone dark rtl', context: phone, theme: 'dark', dir: 'rtl' },
];

let site;
let browser;

before(async () => {
  site = await serve();
  browser = await chromium.launch({ executablePath: process.env.HELIOGRAPH_CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
});
after(async () => {
  await browser?.close();
  site?.close();
});

/** A page in a context of its own, which notes what goes wrong on it. */
async function visit(story, { context = desk, theme = 'light', dir = 'ltr', ...rest } = {}) {
  const opened = await browser.newContext({ ...context, reducedMotion: 'reduce', ...rest });
  const page = await opened.newPage();
  const wrong = [];
  page.on('pageerror', (error) => wrong.push(String(error)));
  page.on('console', (line) => line.type() === 'error' && !/404/.test(line.text()) && wrong.push(line.text()));
  page.setDefaultTimeout(5000);
  const go = (name) => page.goto(`${site.url}/?bare=1&story=${name}&theme=${theme}&dir=${dir}`);
  await go(story);
  return { page, wrong, go, close: () => opened.close() };
}

const calls = (page, name) => page.evaluate((n) => window.store.calls.filter((c) => c[0] === n).map((c) => c.slice(1)), name);
const set = (page, change) => page.evaluate((c) => window.store.set(c), change);
const focused = (page) => page.evaluate(() => {
  const element = [...document.querySelectorAll('*')].find((e) => e.shadowRoot)?.shadowRoot.activeElement;
  return element ? `${element.tagName.toLowerCase()}.${element.className}` : '';
});
/** Runs a test on a story and closes it, whatever comes of it. */
function on(title, story, options, run) {
  test(title, async () => {
    const visited = await visit(story, options);
    try {
      await run(visited.page);
      assert.deepEqual(visited.wrong, []);
    } finally {
      await visited.close();
    }
  });
}

describe('every story', () => {
  for (const look of looks) {
    test(`is accessible, ${look.name}`, async () => {
      const { page, wrong, go, close } = await visit('empty', look);
      const names = await page.evaluate(() => window.storyNames);
      assert.ok(names.length > 15);
      const bad = [];
      for (const story of names) {
        await go(story);
        if (process.env.SHOTS) await page.screenshot({ path: join(process.env.SHOTS, `${story} ${look.name}.png`) });
        const { violations, passes } = await new AxeBuilder({ page }).analyze();
        const inside = passes.some((p) => p.nodes.some((n) => Array.isArray(n.target[0])));
        assert.ok(inside, 'axe did not look into the shadow root');
        for (const v of violations) bad.push(`${story}: ${v.id}: ${v.nodes.map((n) => `${n.target} ${n.failureSummary}`).join('; ')}`);
        for (const w of wrong.splice(0)) bad.push(`${story}: ${w}`);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        if (wide > 0) bad.push(`${story}: the page is ${wide} pixels too wide`);
      }
      await close();
      assert.deepEqual(bad, []);
    });
  }
});

describe('opening and closing', () => {
  on('with the keyboard: focus goes in, Escape gives it back', 'closed', {}, async (page) => {
    await page.locator('.launcher').focus();
    assert.match(await page.locator('.launcher').getAttribute('aria-label'), /Unread messages: 3/);
    await page.keyboard.press('Enter');
    await page.locator('.panel.card[role=dialog]').waitFor();
    assert.match(await focused(page), /textarea/);
    await page.keyboard.press('Escape');
    await page.locator('.panel').waitFor({ state: 'detached' });
    assert.match(await focused(page), /launcher/);
  });
  on('by the page leaves the focus where it is', 'closed', {}, async (page) => {
    await set(page, { open: true });
    await page.locator('.panel').waitFor();
    assert.equal(await focused(page), '');
    await page.evaluate(() => window.mounted.focus());
    await page.waitForFunction(() => [...document.querySelectorAll('*')].find((e) => e.shadowRoot).shadowRoot.activeElement);
    assert.match(await focused(page), /textarea/);
  });
  on('a new message shows itself beside the launcher, and opens', 'closed', {}, async (page) => {
    assert.equal(await page.locator('.teaser').count(), 0, 'what is old shows itself');
    const message = { _id: 't1', type: 'text', role: 'appMaker', received: Date.now() / 1000, text: 'May we help?', name: 'Ana' };
    await page.evaluate((m) => window.store.set({ messages: [m], unread: 1 }), message);
    await page.locator('.teaser').getByText('May we help?').waitFor();
    assert.deepEqual((await new AxeBuilder({ page }).analyze()).violations, []);
    await page.locator('.teaser').getByRole('button', { name: 'Dismiss' }).click();
    assert.equal(await page.locator('.teaser').count(), 0);
    await page.evaluate((m) => window.store.set({ messages: [...window.store.model.messages, m], unread: 2 }), { ...message, _id: 't2', text: 'Still there?' });
    await page.locator('.teaser-open').click();
    await page.locator('.panel').waitFor();
    assert.equal(await page.locator('.teaser').count(), 0);
    assert.match(await focused(page), /textarea/);
  });
  on('on a phone it is modal and keeps Tab inside', 'conversation', { context: phone }, async (page) => {
    const panel = page.locator('.panel.whole[aria-modal=true]');
    await panel.waitFor();
    const box = await panel.boundingBox();
    assert.deepEqual([box.x, box.y, box.width, box.height], [0, 0, 390, 844]);
    await page.evaluate(() => window.mounted.focus());
    const seen = new Set();
    for (let i = 0; i < 25; i++) {
      await page.keyboard.press('Tab');
      const now = await focused(page);
      assert.notEqual(now, '', 'the focus left the panel');
      seen.add(now);
    }
    assert.ok(seen.size > 4, [...seen].join());
  });
  on('destroy leaves nothing behind', 'conversation', {}, async (page) => {
    await page.evaluate(() => window.mounted.destroy());
    assert.equal(await page.locator('.panel, .launcher').count(), 0);
  });
  on('everything can be reached at 200 % zoom', 'conversation', { context: { viewport: { width: 640, height: 400 } } }, async (page) => {
    await page.locator('textarea').fill('zoomed');
    await page.locator('.send').click();
    assert.deepEqual(await calls(page, 'send'), [['zoomed']]);
  });
  on('targets are large enough for fingers', 'replies', { context: phone }, async (page) => {
    const small = await page.locator('.panel button:visible').evaluateAll((all) =>
      all.map((b) => [b.className || b.textContent, b.getBoundingClientRect()]).filter(([, r]) => r.height < 44 || r.width < 44).map(([n, r]) => `${n} ${r.width}x${r.height}`));
    assert.deepEqual(small, []);
  });
});

describe('writing', () => {
  on('Enter sends, Shift and Enter break, composing does neither', 'conversation', {}, async (page) => {
    const area = page.locator('textarea');
    await area.fill('one');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('two');
    await area.dispatchEvent('keydown', { key: 'Enter', isComposing: true });
    assert.deepEqual(await calls(page, 'send'), []);
    await page.keyboard.press('Enter');
    assert.deepEqual(await calls(page, 'send'), [['one\ntwo']]);
    assert.equal(await area.inputValue(), '');
    await page.locator('.row.own.sending').last().waitFor();
  });
  on('too long is not sent, and says so', 'conversation', {}, async (page) => {
    await page.locator('textarea').fill('x'.repeat(4000));
    await page.getByText('Characters left: 96').waitFor();
    await page.locator('textarea').fill('x'.repeat(4097));
    await page.locator('.left.error').waitFor();
    assert.ok(await page.locator('.send').isDisabled());
    await page.keyboard.press('Enter');
    assert.deepEqual(await calls(page, 'send'), []);
  });
  on('the draft outlives the panel, and the page may set it', 'conversation', {}, async (page) => {
    await page.locator('textarea').fill('half a thou');
    await set(page, { open: false });
    await page.locator('.panel').waitFor({ state: 'detached' });
    await set(page, { open: true });
    assert.equal(await page.locator('textarea').inputValue(), 'half a thou');
    await set(page, { predefined: 'About my order: ' });
    await page.waitForFunction(() => [...document.querySelectorAll('*')].find((e) => e.shadowRoot).shadowRoot.querySelector('textarea').value === 'About my order: ');
  });
  on('files: chosen, dropped, and refused when too large', 'conversation', {}, async (page) => {
    await set(page, { maxFileSize: 100 });
    await page.locator('input[type=file]').last().setInputFiles([{ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('small') }]);
    await page.getByText('a.txt').waitFor();
    await page.locator('input[type=file]').last().setInputFiles([{ name: 'b.txt', mimeType: 'text/plain', buffer: Buffer.alloc(101) }]);
    await page.locator('.strip.error').waitFor();
    await page.locator('.panel').evaluate((panel) => {
      const data = new DataTransfer();
      data.items.add(new File(['x'], 'dropped.txt'));
      panel.dispatchEvent(new DragEvent('dragenter', { dataTransfer: data, bubbles: true, cancelable: true }));
      panel.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
    });
    await page.getByText('dropped.txt').waitFor();
    assert.equal((await calls(page, 'sendFile')).length, 2);
  });
  on('the menu of attachments goes by keyboard', 'conversation', {}, async (page) => {
    await page.getByRole('button', { name: 'Attach' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menu').waitFor();
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    assert.equal((await calls(page, 'shareLocation')).length, 1);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    assert.equal(await page.getByRole('menu').count(), 0);
    assert.equal(await page.locator('.panel').count(), 1, 'Escape closed the menu only');
  });
  on('a failed message can be sent again or deleted', 'failed', {}, async (page) => {
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('button', { name: 'Delete' }).click();
    assert.equal((await calls(page, 'retry')).length, 1);
    assert.equal(await page.getByText('Did you get my message?').count(), 0);
  });
});

describe('reading', () => {
  const message = (n, rest = {}) => ({ _id: `new${n}`, type: 'text', role: 'appMaker', received: Date.now() / 1000, text: `Fresh ${n}`, name: 'Ana', ...rest });
  const arrive = (page, ...messages) => page.evaluate((m) => window.store.set({ messages: [...window.store.model.messages, ...m] }), messages);

  on('what arrives is announced; history and own words are not', 'conversation', {}, async (page) => {
    const log = page.locator('[role=log][aria-live=polite]');
    assert.equal(await log.textContent(), '');
    await arrive(page, message(1));
    await log.getByText('Ana: Fresh 1').waitFor();
    await page.evaluate(() => window.store.set({ messages: [{ _id: 'old', type: 'text', role: 'appMaker', received: 1, text: 'Old' }, ...window.store.model.messages] }));
    await page.locator('textarea').fill('mine');
    await page.keyboard.press('Enter');
    await page.locator('.row', { hasText: 'mine' }).waitFor();
    assert.equal(await log.locator('p').count(), 1);
  });
  on('scrolled up, nothing moves and a pill leads back', 'long', {}, async (page) => {
    const box = page.locator('.scroller');
    assert.ok((await page.locator('.row').count()) <= 60);
    await box.evaluate((el) => (el.scrollTop = -600));
    await page.locator('.pill').waitFor();
    const anchor = page.locator('.row', { hasText: 'Message 2990' });
    const place = (await anchor.boundingBox()).y;
    await arrive(page, message(1), message(2));
    await page.getByText('New messages: 2').first().waitFor();
    assert.ok(Math.abs((await anchor.boundingBox()).y - place) <= 1, 'the text moved');
    await page.locator('.pill').click();
    await page.getByText('Fresh 2').last().waitFor();
    assert.equal(await page.locator('.pill').count(), 0);
  });
  on('scrolling up draws more, then fetches more, and keeps the place', 'long', {}, async (page) => {
    await page.locator('.scroller').evaluate((el) => (el.scrollTop = -el.scrollHeight));
    await page.waitForFunction(() => [...document.querySelectorAll('*')].find((e) => e.shadowRoot).shadowRoot.querySelectorAll('.row').length === 120);
    await set(page, { messages: Array.from({ length: 70 }, (_, i) => message(i)), hasMore: true });
    for (let i = 0; i < 3; i++) await page.locator('.scroller').evaluate((el) => (el.scrollTop = -el.scrollHeight));
    await page.waitForFunction(() => window.store.calls.some((c) => c[0] === 'loadOlder'));
    const anchor = page.locator('.row', { hasText: 'Fresh 0' }).first();
    const place = (await anchor.boundingBox()).y;
    await page.evaluate(() => window.store.set({ loadingMore: false, messages: [...Array.from({ length: 25 }, (_, i) => ({ _id: `o${i}`, type: 'text', role: 'appMaker', name: 'Ana', received: 1000 + i, text: `Older ${i}` })), ...window.store.model.messages] }));
    await page.getByText('Older 24').waitFor();
    const moved = Math.abs((await anchor.boundingBox()).y - place);
    assert.ok(moved < 70, `the place was lost by ${moved}`); // a divider and a name may come between
  });
  on('reading is told once the newest is in view of somebody', 'conversation', {}, async (page) => {
    await page.bringToFront();
    await page.waitForFunction(() => window.store.calls.some((c) => c[0] === 'read'));
  });
  on('suggested answers go with the next message', 'replies', {}, async (page) => {
    await page.getByRole('button', { name: 'Not quite' }).click();
    assert.equal((await calls(page, 'act')).length, 1);
    await page.locator('.row.own', { hasText: 'Not quite' }).waitFor();
    assert.equal(await page.locator('.replies').count(), 0);
  });
  on('a postback is not sent twice by a double click', 'actions', {}, async (page) => {
    await page.getByRole('button', { name: 'Track the parcel' }).dblclick();
    assert.equal((await calls(page, 'act')).length, 1);
  });
  on('an image opens larger, and Escape closes only that', 'media', {}, async (page) => {
    await page.getByRole('button', { name: 'View larger: The roastery at dawn' }).click();
    const dialog = page.locator('dialog.lightbox[open]');
    await dialog.waitFor();
    assert.deepEqual((await new AxeBuilder({ page }).analyze()).violations, []);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    assert.equal(await page.locator('.panel').count(), 1);
    assert.match(await focused(page), /photo-button/);
  });
  on('a webview is a sandboxed frame of another origin', 'actions', {}, async (page) => {
    await page.getByRole('button', { name: 'Choose a seat' }).click();
    const frame = page.locator('dialog.page iframe');
    await frame.waitFor();
    assert.match(await frame.getAttribute('sandbox'), /allow-scripts/);
    assert.doesNotMatch(await frame.getAttribute('sandbox'), /top-navigation/);
    await page.frameLocator('dialog.page iframe').getByText('Choose a seat').waitFor();
  });
  on('a webview opens on receipt when it is told to', 'conversation', {}, async (page) => {
    const uri = `http://localhost:${new URL(site.url).port}/page`;
    await arrive(page, message(1, { actions: [{ _id: 'w', type: 'webview', text: 'Seats', uri, openOnReceive: true }] }));
    await page.locator('dialog.page iframe').waitFor();
  });
  on('cards move by buttons, in the direction of reading', 'carousel', { dir: 'rtl' }, async (page) => {
    const track = page.locator('.track').first();
    const next = page.getByRole('button', { name: 'Next card' }).first();
    await next.click();
    await page.waitForFunction(() => [...document.querySelectorAll('*')].find((e) => e.shadowRoot).shadowRoot.querySelector('.track').scrollLeft < -100);
    assert.ok(await track.isVisible());
    await page.getByRole('button', { name: 'Previous card' }).first().click();
    await page.waitForFunction(() => [...document.querySelectorAll('*')].find((e) => e.shadowRoot).shadowRoot.querySelector('.track').scrollLeft > -8);
  });
});

describe('asking', () => {
  on('a form says what is wrong where it is wrong, then sends', 'form', {}, async (page) => {
    assert.equal(await page.locator('textarea').count(), 0, 'the form blocks the composer');
    await page.getByRole('button', { name: 'Send' }).click();
    const name = page.getByLabel('Your name');
    assert.equal(await name.getAttribute('aria-invalid'), 'true');
    assert.match(await focused(page), /input/);
    const described = await name.evaluate((el) => el.getRootNode().getElementById(el.getAttribute('aria-describedby')).textContent);
    assert.match(described, /fill this in/);
    assert.deepEqual((await new AxeBuilder({ page }).analyze()).violations, []);
    await name.fill('Ana');
    await page.getByLabel('E-mail address').fill('nonsense');
    await page.getByLabel('Size of the bag').selectOption('l');
    await page.getByText('This is not an e-mail address').waitFor();
    await page.getByLabel('E-mail address').fill('ana@example.org');
    await page.getByLabel('Monday').check();
    await page.getByLabel('Tuesday').check();
    assert.ok(await page.getByLabel('Wednesday').isDisabled());
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('Sent. Thank you!').waitFor();
    const [[, fields]] = await calls(page, 'submitForm');
    assert.deepEqual(fields.map((f) => f.text ?? f.email ?? f.select.map((o) => o.name).join()), ['Ana', 'ana@example.org', 'l', 'mo,tu', '']);
    assert.equal(await page.locator('textarea').count(), 1);
  });
  on('what is asked before the first message', 'prechat', {}, async (page) => {
    await page.getByLabel('Your name').fill('Ana');
    await page.getByLabel('E-mail address').fill('ana@example.org');
    await page.keyboard.press('Enter');
    await page.locator('textarea').waitFor();
    assert.equal((await calls(page, 'submitPrechat')).length, 1);
  });
  on('proactive messages are stopped and allowed in the settings', 'conversation', {}, async (page) => {
    const settings = page.getByRole('button', { name: 'Settings' });
    await settings.click();
    await page.getByRole('menuitem', { name: 'Stop proactive messages' }).click();
    await page.getByText('We will only write in answer to you.').waitFor();
    await settings.click();
    await page.getByRole('menuitem', { name: 'Allow proactive messages again' }).click();
    assert.deepEqual(await calls(page, 'setProactive'), [[false], [true]]);
  });
  on('notifications are asked for by a person only', 'typing', {}, async (page) => {
    assert.deepEqual(await calls(page, 'allowPush'), []);
    await page.getByRole('button', { name: 'Notify me' }).click();
    assert.equal((await calls(page, 'allowPush')).length, 1);
    assert.equal(await page.locator('.invitation').count(), 0);
  });
});

describe('safety', () => {
  on('what is hostile stays text', 'hostile', {}, async (page) => {
    await page.getByText('<img src=x onerror').first().waitFor();
    const hrefs = await page.locator('.panel a').evaluateAll((all) => all.map((a) => a.protocol));
    assert.ok(hrefs.length > 0);
    assert.deepEqual(hrefs.filter((p) => !['http:', 'https:', 'mailto:', 'tel:'].includes(p)), []);
    assert.equal(await page.locator('.panel script, .panel svg[onload], .panel [onerror], .panel [onclick], .panel [onmouseover]').count(), 0);
    for (const button of await page.locator('.panel .action:is(button)').all()) await button.click();
    assert.equal(await page.evaluate(() => window.pwned), undefined);
    assert.equal(await page.locator('dialog').count(), 0);
  });
  on('links lead away without a trace', 'conversation', {}, async (page) => {
    const rels = await page.locator('.panel a').evaluateAll((all) => all.map((a) => `${a.target} ${a.rel}`));
    assert.ok(rels.length > 0);
    assert.ok(rels.every((r) => r === '_blank noopener noreferrer'), rels.join());
  });
  on('the page\'s styles do not come in, and ours do not go out', 'conversation', {}, async (page) => {
    const style = await page.locator('.header .close').evaluate((el) => [getComputedStyle(el).backgroundColor, getComputedStyle(el).letterSpacing, getComputedStyle(el).textTransform]);
    assert.deepEqual(style, ['rgba(0, 0, 0, 0)', 'normal', 'none']);
    assert.equal(await page.evaluate(() => getComputedStyle(document.body).fontFamily), 'Georgia, serif');
  });
});
