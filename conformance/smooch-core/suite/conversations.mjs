import assert from 'node:assert/strict';
import { test } from 'node:test';

import { refusedAs } from '../bed/client.mjs';
import { assertShape, id, seconds } from '../bed/shape.mjs';

export function conversations(bed) {
  for (const scope of ['account', 'app']) {
    test(`a conversation is shown, and is read by its user (${scope})`, async () => {
      const tenant = await bed.tenant('Conversations');
      const client = tenant.as(scope);
      const at = (named) => tenant.args(scope, { userId: 'jo', ...named });
      await client.appUsers.create(tenant.args(scope, { appUser: { userId: 'jo' } }));
      await refusedAs(client.conversations.get(at()), 'conversation_not_found');
      await refusedAs(client.conversations.resetUnreadCount(at()), 'conversation_not_found');
      for (const words of ['one', 'two']) {
        await client.appUsers.sendMessage(at({ message: { role: 'appMaker', type: 'text', text: words } }));
      }
      const { conversation } = await client.conversations.get(at());
      assert.match(conversation._id, id);
      assert.equal(conversation.unreadCount, 2);
      await client.conversations.resetUnreadCount(at());
      const after = (await client.conversations.get(at())).conversation;
      assertShape(after, {
        _id: conversation._id, unreadCount: 0, appUserLastRead: seconds, appMakerLastRead: { optional: seconds },
      });
    });

    test(`a business types and reads (${scope})`, async () => {
      const tenant = await bed.tenant('Activities');
      const client = tenant.as(scope);
      const at = (named) => tenant.args(scope, { userId: 'jo', ...named });
      await client.appUsers.create(tenant.args(scope, { appUser: { userId: 'jo' } }));
      await client.appUsers.sendMessage(at({ message: { role: 'appUser', type: 'text', text: 'Hello?' } }));
      for (const type of ['typing:start', 'typing:stop', 'conversation:read']) {
        const { conversation } = await client.appUsers.conversationActivity(at({ activityProps: { role: 'appMaker', type, name: 'Shop' } }));
        assert.match(conversation._id, id);
        if (type === 'conversation:read') assert.ok(seconds(conversation.appMakerLastRead), 'appMakerLastRead is told');
      }
      for (const activityProps of [{ role: 'appMaker', type: 'typing:loudly' }, { role: 'nobody', type: 'typing:start' }]) {
        await refusedAs(client.appUsers.conversationActivity(at({ activityProps })), 'bad_request');
      }
    });
  }
}
