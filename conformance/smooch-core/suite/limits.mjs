// Every size limit: what just fits is taken, and one more is refused.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { refusedAs } from '../bed/client.mjs';

// metadata is a map whose JSON is size bytes long.
const metadata = (size) => ({ k: 'x'.repeat(size - '{"k":""}'.length) });

export function limits(bed) {
  const text = (words, more = {}) => ({ role: 'appMaker', type: 'text', text: words, ...more });

  async function withUser(name) {
    const tenant = await bed.tenant(name);
    await tenant.server.appUsers.create({ appUser: { userId: 'jo' } });
    return { tenant, send: (message) => tenant.server.appUsers.sendMessage({ userId: 'jo', message }) };
  }

  test('a body has at most 100 kB', async () => {
    const { tenant, send } = await withUser('Bodies');
    const pad = (size) => {
      const message = text('x', { ignored: '' });
      message.ignored = 'x'.repeat(size - JSON.stringify(message).length);
      return message;
    };
    await send(pad(100 * 1024));
    await refusedAs(send(pad(100 * 1024 + 1)), 'payload_too_large');
    assert.equal((await tenant.server.appUsers.getMessages({ userId: 'jo' })).messages.length, 1);
  });

  test('metadata has at most 4096 bytes', async () => {
    const { send } = await withUser('Metadata');
    await send(text('x', { metadata: metadata(4096) }));
    await refusedAs(send(text('x', { metadata: metadata(4097) })), 'bad_request', /metadata/);
    await refusedAs(bed.account.apps.create({ name: 'x', metadata: metadata(4097) }), 'bad_request', /metadata/);
  });

  test("a user's properties have at most 4096 bytes", async () => {
    const { tenant } = await withUser('Properties');
    const update = (properties) => tenant.server.appUsers.update({ userId: 'jo', appUser: { properties } });
    await update(metadata(4096));
    await refusedAs(update(metadata(4097)), 'bad_request', /properties/);
    await refusedAs(update({ one: 1 }), 'bad_request', /properties/); // with what is there already
  });

  test('a text has at most 4096 characters', async () => {
    const { tenant, send } = await withUser('Texts');
    await send(text('ä'.repeat(4096)));
    await refusedAs(send(text('x'.repeat(4097))), 'bad_request', /text/);
    const integration = await tenant.integrate();
    const phone = bed.phone();
    await refusedAs(tenant.notify(integration, phone, 'x'.repeat(4097)), 'bad_request', /text/);
  });

  test('names and addresses have their limits', async () => {
    const { tenant, send } = await withUser('Names');
    const { appUsers } = tenant.server;
    for (const field of ['givenName', 'surname', 'email']) {
      const fits = field === 'email' ? `${'x'.repeat(116)}@example.org` : 'ä'.repeat(128);
      assert.equal((await appUsers.update({ userId: 'jo', appUser: { [field]: fits } })).appUser[field], fits);
      await refusedAs(appUsers.update({ userId: 'jo', appUser: { [field]: `x${fits}` } }), 'bad_request', new RegExp(field));
    }
    await appUsers.create({ appUser: { userId: 'x'.repeat(1024) } });
    await refusedAs(appUsers.create({ appUser: { userId: 'x'.repeat(1025) } }), 'bad_request', /userId/);
    const image = (size) => ({ role: 'appMaker', type: 'image', mediaUrl: `https://example.org/${'x'.repeat(size - 20)}` });
    await send(image(2048));
    await refusedAs(send(image(2049)), 'bad_request', /mediaUrl/);
    await refusedAs(send({ ...image(100), altText: 'x'.repeat(129) }), 'bad_request', /altText/);
    await refusedAs(send(text('x', { avatarUrl: `https://example.org/${'x'.repeat(2048)}` })), 'bad_request', /avatarUrl/);
  });
}
