// The demo, as somebody sees it who has just started it: shop, messenger,
// webhooks, phone.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { Demo } from './bed/demo.mjs';
import { binary } from './bed/server.mjs';
import { Visitors, ui } from './bed/visitors.mjs';

describe('the demo', () => {
  let demo, visitors;

  before(async () => {
    assert.ok(existsSync(binary), `${binary} is missing: run 'make build', or set HELIOGRAPH_BIN`);
    demo = await new Demo().start();
    visitors = await new Visitors().start();
  });
  after(async () => {
    await visitors?.stop();
    if (demo) assert.equal(await demo.stop(), 0, demo.log);
  });

  test('sells a kettle, writes first, and finds its customer on the phone', async () => {
    await visitors.newcomer();
    const { context } = visitors;
    const shop = await context.newPage();
    await shop.goto(demo.shop);
    const step = (name) => shop.locator(`[data-step="${name}"].done`).waitFor();
    const conversation = ui(shop, '[role=dialog]');

    await step('ready');
    await ui(shop, '.launcher').waitFor();
    assert.equal(await shop.evaluate(() => Smooch.getUser()), undefined);
    const hooks = await context.newPage();
    await hooks.goto(demo.webhooks);
    assert.equal(await hooks.getByText('conversation:start').count() > 0, true, 'the phones have started theirs');

    // Buying makes the user; the shop hears of it, and writes.
    await shop.getByRole('button', { name: 'Buy Copper kettle' }).click();
    for (const name of ['buy', 'started', 'told']) await step(name);
    await ui(shop, '.launcher .badge').waitFor();
    assert.equal(await ui(shop, '.launcher .badge').innerText(), '1');
    assert.match(await shop.title(), /^\(1\) new message/);
    const anonymous = await shop.evaluate(() => Smooch.getUser()._id);

    await ui(shop, '.launcher').click();
    await conversation.getByText(/Thanks for your order 1041: one Copper kettle/).first().waitFor();
    await ui(shop, '.badge').waitFor({ state: 'detached' });
    await ui(shop, '.reply').getByText('Tomorrow morning').click();
    await conversation.getByText(/Good: tomorrow morning/).first().waitFor();
    await step('answered');
    await shop.getByText(/1041 · Copper kettle · to be delivered tomorrow morning/).waitFor();

    // All of it is on the page of webhooks, which needs no reload.
    const told = (trigger, text) => hooks.locator('details', { hasText: trigger }).filter({ hasText: text }).first().waitFor({ state: 'attached' });
    await told('conversation:start', anonymous);
    await told('message:appUser', 'Tomorrow morning');

    // Signing in makes them one with the customer who has the phone.
    await ui(shop, '.launcher').click();
    await conversation.waitFor({ state: 'detached' });
    await shop.getByRole('button', { name: 'Sign in as Ana' }).click();
    await shop.getByText('Hello, Ana.').waitFor();
    await shop.waitForFunction(() => Smooch.getUser()?.userId === 'ana@people.example');
    assert.notEqual(await shop.evaluate(() => Smooch.getUser()._id), anonymous);
    await told('merge:appUser', anonymous);
    await ui(shop, '.launcher').click();
    await conversation.getByText(/Thanks for your order 1041/).first().waitFor();
    await ui(shop, '.launcher').click();
    await conversation.waitFor({ state: 'detached' });

    // The parcel is shipped after the page was left: a push finds the phone.
    const phone = await context.newPage();
    await phone.goto(`${demo.phones}/threads/app/ana-iphone`);
    await phone.locator('.banner').first().waitFor(); // the sample that is there from the start
    assert.doesNotMatch(await phone.locator('.notices').innerText(), /on its way/);
    const clerk = await context.newPage();
    await clerk.goto(demo.shop);
    await clerk.getByRole('button', { name: 'Ship order 1041' }).waitFor();
    await shop.close();
    await clerk.getByRole('button', { name: 'Ship order 1041' }).click();
    await clerk.getByRole('button', { name: 'Ship order 1041' }).waitFor({ state: 'detached' });
    await clerk.close(); // the parcel leaves a little later: nobody looks at the shop then
    const banner = phone.locator('.banner', { hasText: 'Your Copper kettle is on its way: order 1041.' });
    await banner.waitFor();
    await banner.click();
    const log = phone.locator('.app .log');
    for (const text of ['Thanks for your order 1041', 'Tomorrow morning', 'Your Copper kettle is on its way']) {
      await log.getByText(text).first().waitFor();
    }
    await log.getByRole('button', { name: 'It has arrived' }).click();
    await log.getByText('We are glad. Enjoy it!').waitFor();
    await told('postback', 'arrived:1041');
    await visitors.leave();
  });
});
