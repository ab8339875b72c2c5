// A history of 250 messages, walked through in pages in both directions.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { refusedAs } from '../bed/client.mjs';
import { basic, refuses, send } from '../bed/raw.mjs';

const total = 250;

// history sends messages many at a time, so that some arrive in one millisecond.
async function history(bed) {
  const tenant = await bed.tenant('Paging');
  await tenant.server.appUsers.create({ appUser: { userId: 'jo' } });
  const texts = Array.from({ length: total }, (_, n) => `message ${n}`);
  const queue = [...texts];
  await Promise.all(Array.from({ length: 25 }, async () => {
    for (let words = queue.shift(); words !== undefined; words = queue.shift()) {
      await tenant.server.appUsers.sendMessage({ userId: 'jo', message: { role: 'appMaker', type: 'text', text: words } });
    }
  }));
  return { tenant, texts };
}

// walk follows the pages in one direction, checks each, and returns all messages.
async function walk(read, direction) {
  const [, from] = { before: ['previous', (m) => m[0]], after: ['next', (m) => m.at(-1)] }[direction];
  const all = [];
  let page = direction === 'after' ? await read({ after: 1 }) : await read();
  for (;;) {
    const { messages } = page;
    assert.ok(messages.length <= 100, `${messages.length} messages in a page`);
    for (let n = 1; n < messages.length; n += 1) assert.ok(messages[n - 1].received < messages[n].received, 'ascending');
    if (direction === 'before') all.unshift(...messages); else all.push(...messages);
    const more = direction === 'before' ? page.previous : page.next;
    if (!more) return all;
    const cursor = from(messages).received;
    assert.equal(new URL(more).searchParams.get(direction), cursor.toFixed(3));
    page = await read({ [direction]: cursor });
  }
}

export function paging(bed) {
  test('250 messages are read in pages, none twice and none lost', async (t) => {
    const { tenant, texts } = await history(bed);
    for (const scope of ['account', 'app']) {
      const read = (query) => tenant.as(scope).appUsers.getMessages(tenant.args(scope, { userId: 'jo', ...(query && { query }) }));
      for (const direction of ['before', 'after']) {
        await t.test(`${direction} (${scope})`, async () => {
          const all = await walk(read, direction);
          assert.equal(all.length, total);
          assert.deepEqual(all.map((m) => m.text).sort(), [...texts].sort());
          assert.equal(new Set(all.map((m) => m._id)).size, total);
        });
      }
      const newest = await read();
      assert.equal(newest.messages.length, 100);
      assert.equal(newest.next, undefined);
      await refusedAs(read({ before: 'yesterday' }), 'bad_request');
      assert.deepEqual((await read({ after: newest.messages.at(-1).received })).messages, []);
    }
    // The addresses of the next pages are for callers that follow them.
    const newest = await tenant.server.appUsers.getMessages({ userId: 'jo' });
    const { body: previous } = await send(bed, basic(tenant.key), 'GET', newest.previous.replace(bed.url, ''));
    const query = { before: newest.messages[0].received };
    assert.deepEqual(previous, await tenant.server.appUsers.getMessages({ userId: 'jo', query }));
    // The client itself refuses to ask for both.
    await refuses(400, 'bad_request', bed, basic(tenant.key), 'GET', '/v1.1/appusers/jo/messages?before=1&after=1');
  });
}
