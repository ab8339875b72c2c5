import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '../model';
import { MessengerError } from './error';
import { Outbox, type Letter } from './outbox';
import type { Store } from './storage';
import { World, memory } from './testing/world';

function bed(storage: Store = memory(), world = new World(), owner = 'u1') {
  const posts: string[] = [];
  const sent: string[] = [];
  const failed: string[] = [];
  const server = { fail: [] as unknown[] };
  const outbox = new Outbox({
    platform: world,
    storage,
    owner: () => owner,
    post: async (letter: Letter) => {
      posts.push(letter.nonce);
      const why = server.fail.shift();
      if (why) throw why;
      return { message: { ...letter.body, _id: 'm' + letter.nonce } as Message };
    },
    sent: (letter) => sent.push(letter.body.text!),
    failed: (letter) => failed.push(letter.body.text!),
  });
  return { world, storage, posts, sent, failed, server, outbox };
}

const lost = () => new MessengerError('network', 'gone');
const text = (text: string): Partial<Message> => ({ type: 'text', text });

test('sends one after the other, in the order of writing', async () => {
  const { outbox, world, sent, server } = bed();
  server.fail = [lost(), lost()];
  const all = ['a', 'b', 'c'].map((word) => outbox.write(text(word)).done);
  await world.pass(10_000);
  await Promise.all(all);
  assert.deepEqual(sent, ['a', 'b', 'c']);
});

test('repeats with the same key', async () => {
  const { outbox, world, posts, server } = bed();
  server.fail = [lost(), new MessengerError('internal_error', '', 503)];
  outbox.write(text('a'));
  await world.pass(10_000);
  assert.equal(posts.length, 3);
  assert.equal(new Set(posts).size, 1);
});

test('keeps what is not sent for the next page', async () => {
  const { outbox, storage, world } = bed();
  world.connected = false;
  outbox.write(text('a'));
  outbox.write(text('b'));
  await world.pass(1000);
  outbox.stop();
  const next = bed(storage, new World());
  assert.deepEqual(next.outbox.restore().map((letter) => letter.body.text), ['a', 'b']);
  await next.world.pass(10);
  assert.deepEqual(next.sent, ['a', 'b']);
  assert.deepEqual(storage.keys('out:'), []);
});

test("does not send one user's words as another's", async () => {
  const { outbox, storage, world } = bed();
  world.connected = false;
  outbox.write(text('secret'));
  outbox.stop();
  const next = bed(storage, new World(), 'u2');
  assert.deepEqual(next.outbox.restore(), []);
  await next.world.pass(10);
  assert.deepEqual(next.posts, []);
  assert.deepEqual(storage.keys('out:'), []);
});

test('what is older than the key is left to the person', async () => {
  const { outbox, storage, world } = bed();
  world.connected = false;
  const { letter } = outbox.write(text('a'));
  outbox.stop();
  const next = bed(storage, new World());
  next.world.time += 24 * 3600_000;
  assert.equal(next.outbox.restore().length, 1);
  await next.world.pass(60_000);
  assert.deepEqual(next.posts, []);
  assert.ok(next.outbox.retry(letter.nonce));
  await next.world.pass(10);
  assert.deepEqual(next.sent, ['a']);
});

test('gives up after some failures; the person can try again or take it back', async () => {
  const { outbox, world, failed, sent, posts, server, storage } = bed();
  server.fail = Array.from({ length: 5 }, lost);
  const { letter, done } = outbox.write(text('a'));
  const refused = assert.rejects(done, { code: 'network' });
  await world.pass(120_000);
  await refused;
  assert.equal(posts.length, 5);
  assert.deepEqual(failed, ['a']);
  assert.ok(outbox.retry(letter.nonce));
  assert.equal(outbox.retry(letter.nonce), false);
  await world.pass(10);
  assert.deepEqual(sent, ['a']);

  server.fail = [new MessengerError('bad_request', 'too long', 400)];
  const second = outbox.write(text('b'));
  second.done.catch(() => {});
  await world.pass(10);
  assert.equal(storage.keys('out:').length, 1);
  outbox.discard(second.letter.nonce);
  assert.equal(storage.keys('out:').length, 0);
  assert.equal(outbox.retry(second.letter.nonce), false);
});

test('one that is refused does not hold up the others', async () => {
  const { outbox, world, sent, failed, server } = bed();
  server.fail = [new MessengerError('bad_request', 'no', 400)];
  outbox.write(text('a')).done.catch(() => {});
  await outbox.write(text('b')).done;
  await world.pass(1);
  assert.deepEqual([failed, sent], [['a'], ['b']]);
});

test('without a network it waits, however long, and goes on at once when there is one', async () => {
  const { outbox, world, posts, sent } = bed();
  world.connected = false;
  outbox.write(text('a'));
  await world.pass(10_000);
  assert.equal(posts.length, 0);
  world.connected = true;
  world.happen('online');
  await world.pass(1);
  assert.deepEqual(sent, ['a']);
});

test('keeps no more than a hundred', () => {
  const { outbox, world, storage } = bed();
  world.connected = false;
  for (let i = 0; i < 120; i++) outbox.write(text('m' + i)).done.catch(() => {});
  assert.equal(storage.keys('out:').length, 100);
});
