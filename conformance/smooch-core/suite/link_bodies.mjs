// What webhooks are told of links and clients, key for key.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { assertShape, bool, id, iso } from '../bed/shape.mjs';
import { refusal, told } from '../bed/told.mjs';

const triggers = ['link:match', 'link:success', 'link:failure', 'client:add', 'client:remove'];
const message = { role: 'appMaker', type: 'text', text: 'Hi' };

export function linkBodies(bed) {
  async function world(name) {
    const tenant = await bed.tenant(name);
    const integration = await tenant.integrate();
    const hook = await tenant.listen(triggers);
    const { appUser } = await tenant.server.appUsers.create({ appUser: { userId: 'jo' } });
    const at = { platform: 'twilio', integrationId: integration._id };
    return {
      tenant, hook, at,
      user: { _id: appUser._id, userId: 'jo', conversationStarted: false },
      link: { channel: 'twilio', integrationId: integration._id },
      source: { type: 'twilio', integrationId: integration._id },
    };
  }

  // shown is a client as it is when a webhook is told, which may be after it
  // became active; gone is one that is not there any more.
  const shown = (at, phone, { _id, status }) => {
    const common = { _id, id: _id, ...at, externalId: phone, displayName: phone, blocked: false };
    if (status === 'pending') return { ...common, status, active: false, primary: false };
    return { ...common, status: 'active', active: true, primary: true, linkedAt: iso, lastSeen: iso };
  };
  const gone = (at, { _id }) => ({ _id, id: _id, ...at, status: 'inactive', active: false, blocked: false, primary: false });

  test('a link that is made, and ended again', async () => {
    const { tenant, hook, at, user, link, source } = await world('Linked');
    const phone = bed.phone();
    const answer = await tenant.link('jo', phone, { type: 'immediate', message });
    const success = await hook.told('link:success');
    const add = await hook.told('client:add');
    await tenant.server.appUsers.unlinkChannel({ userId: 'jo', channel: 'twilio' });
    const remove = await hook.told('client:remove');
    const match = await hook.told('link:match');
    assert.deepEqual(hook.triggers((b) => b !== add), ['link:match', 'link:success', 'client:remove']);

    // The message that went out began the conversation.
    const { conversation } = success;
    const talk = { appUser: { ...user, conversationStarted: true }, conversation: { _id: id } };
    const criteria = { phoneNumber: phone };
    assertShape(add, told(tenant, 'client:add', {
      appUser: { ...user, conversationStarted: bool }, client: shown(at, phone, add.client), source, reason: 'channelLinking',
    }));
    assertShape(match, told(tenant, 'link:match', { ...talk, ...link, criteria, client: shown(at, phone, match.client) }));
    assertShape(success, told(tenant, 'link:success', {
      ...talk, ...link, criteria, client: shown(at, phone, { ...success.client, status: 'active' }),
    }));
    assertShape(remove, told(tenant, 'client:remove', { ...talk, source, reason: 'api', client: gone(at, success.client) }));
    for (const body of [match, remove]) assert.deepEqual(body.conversation, conversation);
    for (const body of [add, match]) assert.equal(body.client._id, success.client._id);
    const asked = [...answer.appUser.clients, ...answer.appUser.pendingClients];
    assert.deepEqual(asked.map((c) => c._id), [success.client._id]);
  });

  test('a link that fails', async () => {
    const { tenant, hook, at, user, link, source } = await world('Unlinked');
    const phone = bed.phone('0011');
    await tenant.link('jo', phone, { type: 'userActivity', message });
    await Promise.all([hook.told('link:failure'), hook.told('client:remove')]);
    const failure = await hook.told('link:failure');
    const client = gone(at, failure.client);
    assertShape(failure, told(tenant, 'link:failure', {
      appUser: user, ...link, criteria: { phoneNumber: phone }, client, error: refusal,
    }));
    assertShape(await hook.told('client:remove'), told(tenant, 'client:remove', {
      appUser: user, source, reason: 'linkFailed', client, error: refusal,
    }));
  });
}
