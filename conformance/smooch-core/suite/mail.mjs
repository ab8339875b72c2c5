// Mail, set up and used with nothing but the client.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';

import { refusedAs } from '../bed/client.mjs';
import { assertShape, id, text } from '../bed/shape.mjs';
import { until } from '../bed/wait.mjs';

const hex = () => randomBytes(8).toString('hex');
const any = () => true;

// connected makes an integration, and tells the simulator where mail to its
// domain goes, as one tells Mailgun.
async function connected(bed, tenant, scope = 'app') {
  const domain = `${hex()}.example.org`;
  const props = { type: 'mailgun', apiKey: `key-${hex()}`, domain, incomingAddress: `shop@${domain}`, signingKey: hex() };
  const { integration } = await tenant.as(scope).integrations.create({ appId: tenant.appId, props });
  const hooks = `${bed.url}/hooks/mailgun/${integration._id}`;
  await bed.simulator.post('/sim/mailgun/accounts', { key: props.apiKey, signingKey: props.signingKey });
  await bed.simulator.post('/sim/mailgun/domains', { domain, key: props.apiKey, webhookUrl: `${hooks}/events`, inboundUrl: `${hooks}/inbound` });
  return { integration, props };
}

// mailbox waits for as many mails to a person, and returns them, the newest first.
const mailbox = (bed, address, count) => until(`${count} mails to ${address}`, async () => {
  const { mails } = await bed.simulator.get(`/sim/mailboxes/${address}`);
  const got = mails.filter((m) => !m.sent);
  return got.length >= count && got;
});

export function mail(bed) {
  for (const scope of ['account', 'app']) {
    test(`an integration is made, read, changed and deleted (${scope})`, async () => {
      const tenant = await bed.tenant('Mail');
      const { integrations: api } = tenant.as(scope);
      const { integration, props: { type, domain, incomingAddress, ...secrets } } = await connected(bed, tenant, scope);
      assertShape(integration, { _id: id, type, status: 'active', domain, incomingAddress, hookUrl: text, delivery: any });
      const at = { appId: tenant.appId, integrationId: integration._id };
      assert.deepEqual((await api.get(at)).integration, integration);
      // The client lets the flag through as a text alone.
      const changed = await api.update({ ...at, props: { hideUnsubscribeLink: 'true', fromAddress: `post@${domain}` } });
      assert.deepEqual(changed.integration, { ...integration, hideUnsubscribeLink: true, fromAddress: `post@${domain}` });
      assert.deepEqual(await api.delete(at), {});
      const create = (more) => api.create({ appId: tenant.appId, props: { type, domain, incomingAddress, ...secrets, ...more } });
      await refusedAs(create({ apiKey: 'wrong' }), 'bad_request', /apiKey/);
      await refusedAs(create({ incomingAddress: 'shop@elsewhere.example.org' }), 'bad_request', /incomingAddress/);
    });
  }

  test('a user that is made and linked at once gets exactly one mail, and can answer it', async () => {
    const tenant = await bed.tenant('Post');
    const { integration } = await connected(bed, tenant);
    const hook = await tenant.listen(['message:appUser', 'link:match', 'link:success', 'message:delivery:user']);
    const { appUsers } = tenant.server;
    const address = `bob.${hex()}@people.example.com`;
    const userId = hex();
    await appUsers.create({ appUser: { userId, credentialRequired: true } });
    const { appUser } = await appUsers.linkChannel({
      userId, data: {
        type: 'mailgun', address, subject: 'Your order',
        confirmation: { type: 'immediate', message: { role: 'appMaker', type: 'text', text: 'Hello there' } },
      },
    });
    assert.equal(appUser.userId, userId);
    const linked = await hook.told('link:success');
    assert.deepEqual([linked.channel, linked.criteria], ['mailgun', { address }]);
    assert.deepEqual(await appUsers.getChannels({ userId }), { channels: [{ type: 'mailgun', integrationId: integration._id, address }] });

    const [first] = await mailbox(bed, address, 1);
    assert.equal(first.subject, 'Your order');
    await bed.simulator.post(`/sim/mailboxes/${address}/mails/${first.id}/reply`, { text: 'Where is it?' });
    const { messages: [said], appUser: from } = await hook.told('message:appUser');
    assert.deepEqual([said.text, said.source.type, from.userId], ['Where is it?', 'mailgun', userId]);

    await appUsers.sendMessage({ userId, message: { role: 'appMaker', type: 'text', text: 'On its way' } });
    const [second] = await mailbox(bed, address, 2);
    assert.equal(second.subject, 'Re: Your order');
    await hook.told('message:delivery:user');
    assert.equal((await mailbox(bed, address, 2)).length, 2, 'one mail for the link, one for the answer');
  });

  test('a person who unsubscribes is blocked until they write again', async () => {
    const tenant = await bed.tenant('Blocked');
    await connected(bed, tenant);
    const hook = await tenant.listen(['message:appUser', 'message:delivery:failure']);
    const { appUsers } = tenant.server;
    const address = `eve.${hex()}@people.example.com`;
    await appUsers.create({ appUser: { userId: 'eve' } });
    await appUsers.linkChannel({ userId: 'eve', data: { type: 'mailgun', address, confirmation: { type: 'immediate' } } });
    const send = (words) => appUsers.sendMessage({ userId: 'eve', message: { role: 'appMaker', type: 'text', text: words } });
    const client = async () => (await appUsers.get({ userId: 'eve' })).appUser.clients[0];
    await send('One');
    const [first] = await mailbox(bed, address, 1);
    assert.equal(first.subject, 'New message from Blocked');
    await bed.simulator.post(`/sim/mailboxes/${address}/mails/${first.id}/unsubscribe`, { how: 'one-click' });
    await until('the block', async () => (await client()).blocked);
    assert.deepEqual([(await client()).status, (await client()).active], ['blocked', false]);
    await send('Two');
    assert.equal((await hook.told('message:delivery:failure')).error.code, 'blocked');
    await bed.simulator.post(`/sim/mailboxes/${address}/mails/${first.id}/reply`, { text: 'I changed my mind' });
    await hook.told('message:appUser');
    await until('the end of the block', async () => (await client()).status === 'active');
    await send('Three');
    assert.equal((await mailbox(bed, address, 2)).length, 2);
  });
}
