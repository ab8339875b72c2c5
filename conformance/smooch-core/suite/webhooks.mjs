import assert from 'node:assert/strict';
import { test } from 'node:test';

import { refusedAs } from '../bed/client.mjs';
import { assertShape, id } from '../bed/shape.mjs';

const target = 'https://hooks.example.org/in';

export function webhooks(bed) {
  for (const scope of ['account', 'app']) {
    test(`webhooks are made, read, changed and deleted (${scope})`, async () => {
      const tenant = await bed.tenant('Webhooks');
      const api = tenant.as(scope).webhooks;
      const at = (named) => tenant.args(scope, named);
      const none = scope === 'account' ? [tenant.appId] : [];
      const { webhook } = await api.create(at({ props: { target } }));
      assertShape(webhook, {
        _id: id, target, triggers: ['message'], secret: /^[A-Za-z0-9_-]{20,}$/, version: 'v1.1', includeClient: false, includeFullAppUser: false,
      });
      assert.deepEqual(await api.get(at({ webhookId: webhook._id })), { webhook });
      assert.deepEqual(await api.list(...none), { webhooks: [webhook] });

      const props = { target: `${target}/2`, triggers: ['*', 'typing:appUser'], includeClient: true, includeFullAppUser: true };
      const changed = await api.update(at({ webhookId: webhook._id, props }));
      assert.deepEqual(changed.webhook, { ...webhook, ...props });
      assert.deepEqual(await api.get(at({ webhookId: webhook._id })), changed);

      assert.deepEqual(await api.delete(at({ webhookId: webhook._id })), {});
      await refusedAs(api.get(at({ webhookId: webhook._id })), 'not_found');
      assert.deepEqual(await api.list(...none), { webhooks: [] });
    });
  }

  test('an app has at most ten webhooks', async () => {
    const tenant = await bed.tenant('Many webhooks');
    for (let n = 1; n <= 10; n += 1) await tenant.server.webhooks.create({ props: { target } });
    await refusedAs(tenant.server.webhooks.create({ props: { target } }), 'bad_request');
    assert.equal((await tenant.server.webhooks.list()).webhooks.length, 10);
  });

  test('webhooks that cannot be are refused', async () => {
    const tenant = await bed.tenant('Bad webhooks');
    for (const triggers of [['message:nobody'], ['Message'], ['delivery:success'], 'message', []]) {
      await refusedAs(tenant.server.webhooks.create({ props: { target, triggers } }), 'bad_request').catch((err) => {
        throw new Error(`${JSON.stringify(triggers)}: ${err.message}`, { cause: err });
      });
    }
    for (const bad of ['http://', 'https://user name@/', 'http://:80/x']) {
      await refusedAs(tenant.server.webhooks.create({ props: { target: bad } }), 'bad_request').catch((err) => {
        throw new Error(`${bad}: ${err.message}`, { cause: err });
      });
    }
    assert.deepEqual(await tenant.server.webhooks.list(), { webhooks: [] });
  });

  test('* is told of everything but typing, which must be named', async () => {
    const tenant = await bed.tenant('Stars');
    const star = await tenant.listen(['*']);
    const typing = await tenant.listen(['typing:appUser', 'message:appUser']);
    await tenant.server.appUsers.create({ appUser: { userId: 'jo' } });
    const jo = tenant.user('jo');
    const say = (words) => jo.appUsers.sendMessage({ userId: 'jo', message: { role: 'appUser', type: 'text', text: words } });
    await say('Hello');
    await jo.appUsers.conversationActivity({ userId: 'jo', activityProps: { role: 'appUser', type: 'typing:start' } });
    await say('Bye');
    await typing.count(3);
    assert.deepEqual(typing.triggers(), ['message:appUser', 'typing:appUser', 'message:appUser']);
    await star.told('message:appUser', (b) => b.messages[0].text === 'Bye');
    assert.equal(star.triggers().includes('typing:appUser'), false);
  });

  test('a webhook that is deleted is told nothing more', async () => {
    const tenant = await bed.tenant('Deleted');
    const [one, two] = [await tenant.listen(['message']), await tenant.listen(['message'])];
    await tenant.server.appUsers.create({ appUser: { userId: 'jo' } });
    const say = (words) => tenant.server.appUsers.sendMessage({ userId: 'jo', message: { role: 'appMaker', type: 'text', text: words } });
    await say('Hello');
    await Promise.all([one.count(1), two.count(1)]);
    await tenant.server.webhooks.delete({ webhookId: one.webhook._id });
    await say('Bye');
    await two.count(2);
    assert.equal(one.calls.length, 1);
  });
}
