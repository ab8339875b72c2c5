import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '../model';
import { append, change, confirm, discard, lacks, merge, oldest, remove, update } from './timeline';

const told = (n: number, more: Partial<Message> = {}): Message => ({
  _id: 'm' + n,
  type: 'text',
  role: 'appMaker',
  received: n,
  cursor: String(n * 1000),
  text: 'message ' + n,
  ...more,
});
const own = (nonce: string, text: string, more: Partial<Message> = {}): Message => ({
  _id: '',
  nonce,
  type: 'text',
  role: 'appUser',
  received: 99,
  text,
  state: 'sending',
  ...more,
});
const ids = (timeline: Message[]) => timeline.map((message) => message._id || '~' + message.nonce);

test('puts each message in once and in order, whatever comes in whatever order and how often', () => {
  let seed = 7;
  const random = () => (seed = (seed * 1103515245 + 12345) % 2 ** 31) / 2 ** 31;
  for (let round = 0; round < 200; round++) {
    const all = Array.from({ length: 1 + Math.floor(random() * 12) }, (_, i) => told(i + 1));
    const rest = [...all, ...all.filter(() => random() < 0.5)].sort(() => random() - 0.5);
    let timeline: Message[] = [];
    while (rest.length) timeline = merge(timeline, rest.splice(0, 1 + Math.floor(random() * 4)));
    assert.deepEqual(ids(timeline), ids(all));
  }
});

test('keeps the list when nothing came', () => {
  const timeline = [told(1)];
  assert.equal(merge(timeline, []), timeline);
});

test('keeps what is on its way at the end', () => {
  let timeline = append([told(1)], own('a', 'hi'));
  timeline = merge(timeline, [told(200)]);
  assert.deepEqual(ids(timeline), ['m1', 'm200', '~a']);
});

test('a message that was sent takes its place once the server has it', () => {
  let timeline = append([told(1)], own('a', 'hi'));
  timeline = confirm(timeline, 'a', told(2, { role: 'appUser', text: 'hi' }));
  assert.deepEqual(ids(timeline), ['m1', 'm2']);
  assert.equal(timeline[1].nonce, 'a');
  assert.equal(timeline[1].state, undefined);
});

test('the live echo of what is on its way does not show it twice', () => {
  const echo = told(2, { role: 'appUser', text: 'hi' });
  let timeline = append([told(1)], own('a', 'hi'));
  timeline = merge(timeline, [echo]);
  assert.deepEqual(ids(timeline), ['m1', 'm2']);
  timeline = confirm(timeline, 'a', echo);
  assert.deepEqual(ids(timeline), ['m1', 'm2']);
});

test('the same words from another device are another message', () => {
  let timeline = append([], own('a', 'hi'));
  timeline = merge(timeline, [told(2, { role: 'appUser', text: 'hi' })]); // the other device's, taken for ours
  timeline = confirm(timeline, 'a', told(3, { role: 'appUser', text: 'hi' }));
  assert.deepEqual(ids(timeline), ['m2', 'm3']);
  assert.deepEqual(timeline.map((message) => message.nonce), [undefined, 'a']);
});

test('two equal messages in a row are both shown', () => {
  let timeline = append(append([], own('a', 'hi')), own('b', 'hi'));
  timeline = merge(timeline, [told(2, { role: 'appUser', text: 'hi' })]);
  assert.deepEqual(ids(timeline), ['m2', '~b']);
  timeline = confirm(confirm(timeline, 'a', told(2, { role: 'appUser', text: 'hi' })), 'b', told(3, { role: 'appUser', text: 'hi' }));
  assert.deepEqual(ids(timeline), ['m2', 'm3']);
});

test("a business's message is never taken for one of ours", () => {
  const timeline = merge(append([], own('a', 'hi')), [told(2, { text: 'hi' })]);
  assert.deepEqual(ids(timeline), ['m2', '~a']);
});

test('changes, removes and discards', () => {
  const timeline = [told(1), told(2), own('a', 'x')];
  assert.equal(change(timeline, told(2, { text: 'new' }))[1].text, 'new');
  assert.equal(change(timeline, told(2, { text: 'new', cursor: undefined }))[1].cursor, '2000');
  assert.equal(change(timeline, told(9)), timeline);
  assert.deepEqual(ids(remove(timeline, 'm1')), ['m2', '~a']);
  assert.deepEqual(ids(remove(timeline)), ['~a']);
  assert.deepEqual(ids(discard(timeline, 'a')), ['m1', 'm2']);
  assert.equal(update(timeline, 'a', { state: 'failed' })[2].state, 'failed');
  assert.equal(oldest(timeline)?._id, 'm1');
  assert.ok(lacks(timeline, told(3)) && !lacks(timeline, told(2)));
});

test('a message that has arrived cannot fail any more', () => {
  const timeline = confirm(append([], own('a', 'hi')), 'a', told(1, { role: 'appUser' }));
  assert.equal(update(timeline, 'a', { state: 'failed' })[0].state, undefined);
  assert.equal(discard(timeline, 'a').length, 1);
});
