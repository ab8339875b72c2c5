import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Http } from '../http';
import { World, settle } from '../testing/world';
import type { Frame } from '../wire';
import { Live } from './live';

function bed(websockets = true) {
  const world = new World(websockets);
  const told: string[] = [];
  const frames: Frame[] = [];
  const refusals: { code: string; again: boolean }[] = [];
  const who = { token: () => 's1', jwt: () => undefined, renew: async () => false, lost: async () => false };
  const answer = { again: true };
  const live = new Live({
    platform: world,
    http: new Http('https://h.example/sdk/v1/abc', world, who),
    frame: (frame) => frames.push(frame),
    up: () => told.push('up'),
    down: () => told.push('down'),
    again: () => told.push('again'),
    state: (connection) => told.push(connection),
    refused: async (code) => {
      refusals.push({ code, again: answer.again });
      return answer.again;
    },
  });
  const ready = () => {
    world.socket.accept();
    world.socket.tell({ t: 'ready', heartbeat: 25, cursor: '1' });
  };
  return { world, live, told, frames, refusals, answer, ready };
}

const message = (n: number) => ({ _id: 'm' + n, type: 'text', role: 'appMaker', received: n, text: String(n) });
const messages = (n: number) => ({ t: 'messages', messages: [message(n)], cursor: String(n), live: true });

test('says hello, and is online once that was accepted', () => {
  const { world, live, told, ready } = bed();
  live.start('41');
  assert.equal(world.socket.url, 'wss://h.example/sdk/v1/abc/live');
  ready();
  assert.deepEqual(world.socket.said[0], { t: 'hello', session: 's1', cursor: '41', foreground: true });
  assert.deepEqual(told, ['idle', 'connecting', 'online', 'up'].slice(1));
  assert.ok(live.connected);
});

test('goes on where it was', async () => {
  const { world, live, told, ready } = bed();
  live.start('41');
  ready();
  world.socket.tell(messages(42));
  world.socket.end(1006);
  assert.deepEqual(told.slice(-2), ['down', 'connecting']);
  await world.pass(500);
  assert.equal(world.sockets.length, 2);
  ready();
  assert.equal(world.socket.said[0].cursor, '42');
  assert.equal(told.at(-1), 'up');
});

test('waits longer after each failure, half a minute at most', async () => {
  const { world, live } = bed(false);
  const times: number[] = [];
  world.answer = () => {
    times.push(world.time);
    return { status: 0 };
  };
  live.start('1');
  await world.pass(200_000);
  const gaps = times.slice(1).map((time, i) => time - times[i]);
  assert.deepEqual(gaps.slice(0, 7), [375, 750, 1500, 3000, 6000, 12_000, 22_500]);
  assert.ok(gaps.slice(7).every((gap) => gap === 22_500));
});

test('takes the next kind of connection when one does not get through', async () => {
  const { world, live, told } = bed();
  const asked: string[] = [];
  world.answer = (request) => {
    asked.push(request.path.replace(/\?.*/, ''));
    if (request.path.startsWith('/events')) return { status: 404, body: { error: { code: 'not_found' } } };
    return { status: 200, body: { messages: [message(5)], cursor: '5', hasMore: false } };
  };
  live.start('4');
  world.socket.end(1006);
  await world.pass(1000);
  world.socket.end(1006);
  await world.pass(20_000);
  assert.equal(world.sockets.length, 2);
  assert.equal(asked.filter((path) => path === '/events').length, 2);
  assert.ok(asked.includes('/messages'));
  assert.ok(told.includes('polling'));
  assert.equal(live.cursor, '5');
});

test('does not try what the server has not', async () => {
  const { world, live } = bed();
  world.answer = () => ({ status: 200, body: { messages: [], hasMore: false } });
  live.offered({ websocket: false, events: false });
  live.start('4');
  await world.pass(200_000);
  assert.equal(world.sockets.length, 0);
  assert.ok(world.requests.every((request) => request.path.startsWith('/messages')));
});

test('goes back to a socket after a while of polling', async () => {
  const { world, live, ready, told } = bed();
  world.answer = (request) =>
    request.path.startsWith('/events') ? { status: 404 } : { status: 200, body: { messages: [], hasMore: false } };
  live.start('4');
  world.socket.end(1006);
  await world.pass(1000);
  world.socket.end(1006);
  await world.pass(30_000);
  assert.ok(told.includes('polling'));
  for (let seconds = 0; world.sockets.length < 3 && seconds < 120; seconds++) await world.pass(1000);
  assert.equal(world.sockets.length, 3);
  ready();
  assert.deepEqual(told.slice(-2), ['online', 'up']);
});

test('polls slower while nothing comes', async () => {
  const { world, live } = bed(false);
  const times: number[] = [];
  world.answer = (request) => {
    if (request.path.startsWith('/events')) return { status: 404 };
    times.push(world.time);
    return { status: 200, body: { messages: [], hasMore: false } };
  };
  live.start('4');
  await world.pass(110_000);
  const gaps = times.slice(1).map((time, i) => time - times[i]);
  assert.ok(gaps[0] >= 3000 && gaps.at(-1)! > 2 * gaps[0] && gaps.at(-1)! <= 30_000, gaps.join(' '));
});

test('reads server-sent events', async () => {
  const { world, live, frames, told } = bed(false);
  let push!: (text: string) => void;
  world.answer = (request) => {
    assert.equal(request.path, '/events?cursor=4&foreground=true');
    assert.equal(request.headers['X-Heliograph-Session'], 's1');
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => void (push = (text) => controller.enqueue(new TextEncoder().encode(text))),
    });
    return { status: 200, stream };
  };
  live.start('4');
  await settle();
  push('id: 4\ndata: {"t":"ready","heart');
  push('beat":25}\n\n: beat\n\n');
  push(`id: 5\r\ndata: ${JSON.stringify(messages(5))}\r\n\r\n`);
  await settle();
  assert.deepEqual(frames.map((frame) => frame.t), ['ready', 'messages']);
  assert.ok(told.includes('online'));
  assert.equal(live.cursor, '5');
  live.destroy();
});

test('notices a connection that died without a word', async () => {
  const { world, live, ready, told } = bed();
  live.start('1');
  ready();
  await world.pass(26_000);
  assert.deepEqual(world.socket.said.at(-1), { t: 'ping' });
  await world.pass(60_000);
  assert.ok(world.sockets[0].closed);
  assert.ok(told.includes('down'));
  assert.ok(world.sockets.length > 1);
});

test('keeps a connection that answers', async () => {
  const { world, live, ready } = bed();
  live.start('1');
  ready();
  for (let i = 0; i < 20; i++) {
    await world.pass(10_000);
    world.socket.tell({ t: 'pong' });
  }
  assert.equal(world.sockets.length, 1);
});

test('does not wait for a server that never answers', async () => {
  const { world, live } = bed();
  live.start('1');
  world.socket.accept();
  await world.pass(16_000);
  assert.ok(world.sockets[0].closed);
  assert.equal(world.sockets.length, 2);
});

test('without a network it waits until there is one', async () => {
  const { world, live, ready, told } = bed();
  live.start('1');
  ready();
  world.connected = false;
  world.happen('offline');
  assert.equal(told.at(-1), 'offline');
  await world.pass(600_000);
  assert.equal(world.sockets.length, 1);
  world.connected = true;
  world.happen('online');
  assert.equal(world.sockets.length, 2);
});

test('a person who comes back does not wait for the next try', async () => {
  const { world, live, told } = bed();
  live.start('1');
  for (let i = 0; i < 2; i++) {
    world.socket.end(1006);
    if (i < 1) await world.pass(1000);
  }
  const before = world.sockets.length + world.requests.length;
  world.happen('visibilitychange');
  assert.equal(world.sockets.length + world.requests.length, before + 1);
  assert.ok(told.includes('again'));
});

for (const [name, code, error] of [
  ['a token that ended', 4401, 'invalid_auth'],
  ['a session that ended', 4401, 'invalid_session'],
  ['a page that may not', 4403, 'origin_not_allowed'],
] as const) {
  test(`asks what to do about ${name}`, async () => {
    const { world, live, ready, refusals, answer, told } = bed();
    answer.again = error === 'invalid_auth';
    live.start('1');
    ready();
    world.socket.tell({ t: 'error', code: error });
    world.socket.end(code);
    await world.pass(0);
    assert.deepEqual(refusals, [{ code: error, again: answer.again }]);
    assert.equal(world.sockets.length, answer.again ? 2 : 1);
    if (!answer.again) assert.equal(told.at(-1), 'idle');
  });
}

test('a server that goes is given a moment', async () => {
  const { world, live, ready } = bed();
  live.start('1');
  ready();
  world.socket.end(1001);
  await world.pass(2400);
  assert.equal(world.sockets.length, 1);
  await world.pass(200);
  assert.equal(world.sockets.length, 2);
});

test('what a former connection still says is not heard', () => {
  const { world, live, ready, frames } = bed();
  live.start('1');
  ready();
  const old = world.socket;
  live.start('7');
  old.tell(messages(3));
  old.end(1006);
  assert.equal(live.cursor, '7');
  assert.equal(frames.length, 1);
  assert.equal(world.sockets.length, 2);
});

test('nothing is left after stop', async () => {
  const { world, live, ready } = bed();
  live.start('1');
  ready();
  live.destroy();
  await world.pass(600_000);
  world.happen('online');
  assert.equal(world.sockets.length, 1);
  assert.ok(world.sockets[0].closed);
  assert.equal(live.say({ t: 'ping' }), false);
});
