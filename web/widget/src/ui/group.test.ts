import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '../model';
import { arrivedSince, firstUnread, keyOf, rowsOf } from './group';

const noon = new Date(2026, 4, 17, 12).getTime() / 1000;

const message = (id: string, seconds: number, rest: Partial<Message> = {}): Message => ({
  _id: id, type: 'text', role: 'appMaker', name: 'Ana', received: noon + seconds, text: id, ...rest,
});

const shape = (messages: Message[], unread: string | null = null, before?: Message) =>
  rowsOf(messages, unread, before).map((r) => [r.key, r.startsDay && 'day', r.startsUnread && 'unread', r.first && 'first', r.last && 'last'].filter(Boolean).join(' '));

test('what one author says in one go stands together', () => {
  assert.deepEqual(shape([message('a', 0), message('b', 10), message('c', 20)]), ['a day first', 'b', 'c last']);
});

test('another author, a pause, a failure and a day begin anew', () => {
  const rows = shape([
    message('a', 0),
    message('b', 1, { name: 'Jun' }),
    message('c', 2, { role: 'appUser' }),
    message('d', 3, { role: 'appUser', state: 'failed' }),
    message('e', 400),
    message('f', 701),
    message('g', 86_400),
  ]);
  assert.deepEqual(rows, ['a day first last', 'b first last', 'c first last', 'd first last', 'e first last', 'f first last', 'g day first last']);
});

test('a part knows the message in front of it', () => {
  assert.deepEqual(shape([message('b', 10)], null, message('a', 0)), ['b last']);
});

test('the unread begin where they began', () => {
  const all = [message('a', 0), message('b', 1), message('me', 2, { role: 'appUser' }), message('c', 3), message('d', 4)];
  assert.equal(firstUnread(all, 0), null);
  assert.equal(firstUnread(all, 2), 'c');
  assert.equal(firstUnread(all, 3), 'b');
  assert.equal(firstUnread(all, 99), 'a');
  assert.deepEqual(shape(all, 'd').slice(3), ['c first last', 'd unread first last']);
});

test('what arrived is what the business said after a place', () => {
  const all = [message('a', 0), message('me', 1, { role: 'appUser' }), message('b', 2)];
  assert.deepEqual(arrivedSince(all, 'a').map(keyOf), ['b']);
  assert.deepEqual(arrivedSince(all, null).map(keyOf), ['a', 'b']);
  assert.deepEqual(arrivedSince(all, 'gone'), []);
});

test('a message keeps its key when the server accepts it', () => {
  assert.equal(keyOf(message('', 0, { nonce: 'n' })), keyOf(message('id', 0, { nonce: 'n' })));
});
