// Every way a link to a channel comes to nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { refusedAs } from '../bed/client.mjs';
import { text } from '../bed/shape.mjs';
import { world } from './links.mjs';

const message = { role: 'appMaker', type: 'text', text: 'Welcome' };

export function linkFailures(bed) {
  const confirmations = [{ type: 'immediate', message }, { type: 'userActivity', message }, { type: 'prompt' }];
  for (const confirmation of confirmations) {
    test(`${confirmation.type} to an address that cannot be reached`, async () => {
      const { tenant, hook, get } = await world(bed, 'Unreachable');
      const phone = bed.phone('0011'); // the provider refuses it
      await tenant.link('jo', phone, confirmation);
      const told = await hook.told('link:failure');
      assert.deepEqual(hook.triggers(), ['link:failure']);
      assert.match(told.error.code, text);
      assert.deepEqual(told.criteria, { phoneNumber: phone });
      const user = await get();
      assert.deepEqual([user.clients, user.pendingClients], [[], []]);
    });
  }

  test('prompt that the person denies', async () => {
    const { tenant, hook, get } = await world(bed, 'Denied');
    const phone = bed.phone();
    await tenant.link('jo', phone, { type: 'prompt' });
    await hook.told('link:match');
    await bed.reply(phone, 'no');
    const told = await hook.told('link:failure');
    assert.deepEqual(hook.triggers(), ['link:match', 'link:failure']);
    assert.match(told.error.code, text);
    const user = await get();
    assert.deepEqual([user.clients, user.pendingClients], [[], []]);
  });

  test('a link that is cancelled by unlinking', async () => {
    const { tenant, hook, get } = await world(bed, 'Cancelled');
    await tenant.link('jo', bed.phone(), { type: 'prompt' });
    await hook.told('link:match');
    await tenant.server.appUsers.unlinkChannel({ userId: 'jo', channel: 'twilio' });
    assert.deepEqual((await get()).pendingClients, []);
  });

  test('requests that cannot be a link are refused, and change nothing', async () => {
    const { tenant, hook, get } = await world(bed, 'Refused');
    const phone = bed.phone();
    const bad = [
      { type: 'twilio', phoneNumber: phone, confirmation: { type: 'userActivity' } },
      { type: 'twilio', phoneNumber: phone, confirmation: { type: 'prompt', message } },
      { type: 'twilio', phoneNumber: phone, confirmation: { type: 'sometimes' } },
      { type: 'twilio', phoneNumber: phone },
      { type: 'twilio', phoneNumber: phone.slice(1), confirmation: { type: 'immediate' } },
      { type: 'twilio', phoneNumber: '+12', confirmation: { type: 'immediate' } },
      { type: 'twilio', confirmation: { type: 'immediate' } },
      { type: 'pigeon', phoneNumber: phone, confirmation: { type: 'immediate' } },
      { type: 'twilio', phoneNumber: phone, confirmation: { type: 'immediate', message: { ...message, type: 'carousel' } } },
      {
        type: 'twilio', phoneNumber: phone,
        confirmation: { type: 'immediate', message: { ...message, actions: [{ type: 'postback', text: 'Yes', payload: 'Y' }] } },
      },
    ];
    for (const data of bad) {
      await refusedAs(tenant.server.appUsers.linkChannel({ userId: 'jo', data }), 'bad_request').catch((err) => {
        throw new Error(`${JSON.stringify(data)}: ${err.message}`, { cause: err });
      });
    }
    const unknown = { type: 'twilio', integrationId: 'f'.repeat(24), phoneNumber: phone, confirmation: { type: 'immediate' } };
    await refusedAs(tenant.server.appUsers.linkChannel({ userId: 'jo', data: unknown }), 'integration_not_found');
    await refusedAs(tenant.link('nobody', phone), 'user_not_found');
    assert.deepEqual((await get()).pendingClients, []);
    await tenant.link('jo', phone);
    await hook.told('link:success');
    assert.deepEqual(hook.triggers(), ['link:success']);
  });
}
