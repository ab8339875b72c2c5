import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '../model';
import { shapes } from './compat';

const message: Message = {
  _id: 'm1',
  nonce: 'n',
  cursor: '7',
  state: 'sending',
  type: 'text',
  role: 'appMaker',
  received: 7,
  text: 'hi',
  actions: [{ _id: 'a1', type: 'reply', text: 'Yes', payload: 'YES', metadata: { _id: 'theirs' } }],
};

test('v4 sees a message as the API has it', () => {
  const seen = shapes().message(message);
  assert.deepEqual(Object.keys(seen).sort(), ['_id', 'actions', 'received', 'role', 'text', 'type']);
});

test('v5 has its own names, everywhere but in metadata', () => {
  const seen = shapes('v5').message(message) as any;
  assert.equal(seen.id, 'm1');
  assert.equal(seen._id, undefined);
  assert.equal(seen.role, 'business');
  assert.deepEqual(seen.actions[0], { id: 'a1', type: 'reply', text: 'Yes', payload: 'YES', metadata: { _id: 'theirs' } });
});

test('v5 reads its own names back', () => {
  const { message: write, readMessage } = shapes('v5');
  const { nonce: _n, cursor: _c, state: _s, ...rest } = message;
  assert.deepEqual(readMessage(write(message)), rest);
});

test('users and conversations', () => {
  const user = { _id: 'u1', userId: 'ana', properties: { plan: 'gold' } };
  const conversation = { _id: 'c1', unreadCount: 2, appMakerLastRead: 5 };
  assert.deepEqual(shapes('v5').user(user), { id: 'u1', externalId: 'ana', metadata: { plan: 'gold' } });
  assert.deepEqual(shapes('v5').readUser({ givenName: 'A', metadata: { x: 1 } }), { givenName: 'A', properties: { x: 1 } });
  assert.deepEqual(shapes('v4').data(conversation), { conversation: { _id: 'c1' } });
  assert.deepEqual(shapes('v5').data(conversation), { conversation: { id: 'c1' } });
  assert.equal((shapes('v5').conversation(conversation, [message], user) as any).businessLastRead, 5);
  assert.deepEqual(shapes('v4').conversation(conversation, [], user).participants, [
    { appUserId: 'u1', userId: 'ana', unreadCount: 2, lastRead: undefined },
  ]);
});
