// The people before the browser. What goes wrong on their pages is kept until it is looked at.
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';

export class Visitors {
  wrong = []; // errors of scripts, violations of the page's policy, dialogs

  // start opens the browser; more are flags for it.
  async start(more = []) {
    const executablePath = process.env.HELIOGRAPH_CHROMIUM ?? '/usr/bin/chromium';
    this.browser = await chromium.launch({ executablePath, args: ['--no-sandbox', ...more] });
    return this;
  }

  async stop() {
    await this.browser?.close();
  }

  // newcomer begins with a browser that was never here.
  async newcomer(options = {}) {
    await this.leave();
    this.context = await this.browser.newContext(options);
    this.context.setDefaultTimeout(20_000);
    this.context.on('page', (page) => this.#watch(page));
  }

  // leave closes everything, and holds the pages to have had no fault.
  async leave() {
    await this.context?.close();
    this.context = undefined;
    const wrong = this.wrong.splice(0);
    assert.deepEqual(wrong, [], 'what went wrong on the page');
  }

  #watch(page) {
    page.on('pageerror', (why) => this.wrong.push(String(why)));
    page.on('console', (line) => /Content Security Policy/.test(line.text()) && this.wrong.push(line.text()));
    page.on('dialog', (dialog) => {
      this.wrong.push(`a dialog: ${dialog.message()}`);
      dialog.dismiss().catch(() => {});
    });
  }

  // open opens an address and waits for an event of the messenger's.
  async open(url, event = 'ready') {
    const page = await this.context.newPage();
    await page.goto(url);
    await happens(page, event);
    return page;
  }
}

// happens waits until the page was told of an event.
export const happens = (page, name) => page.waitForFunction((name) => window.told?.some((event) => event.name === name), name);

// heard is what the page was told of an event, each time.
export const heard = (page, name) => page.evaluate((name) => told.filter((event) => event.name === name).map((event) => event.args), name);

export const userOf = (page) => page.evaluate(() => Smooch.getUser()?._id);

// ui is a part of the messenger.
export const ui = (page, selector) => page.locator(`#heliograph-messenger ${selector}`);
