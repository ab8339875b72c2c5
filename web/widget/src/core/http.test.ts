import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MessengerError } from './error';
import { Http, type Credentials } from './http';
import { World, type Reply } from './testing/world';

class Who implements Credentials {
  session: string | undefined = 's1';
  userToken: string | undefined;
  renewed: string | undefined;
  next: string | undefined;
  asked = 0;
  token = () => this.session;
  jwt = () => this.userToken;
  renew = async () => {
    this.asked++;
    this.userToken = this.renewed;
    return this.renewed !== undefined;
  };
  lost = async () => {
    this.session = this.next;
    return this.next !== undefined;
  };
}

function bed(replies: Reply[]) {
  const world = new World();
  const who = new Who();
  world.answer = () => replies.shift() ?? { status: 200, body: { ok: true } };
  return { world, who, http: new Http('https://h.example/sdk/v1/abc', world, who) };
}

const refused = (code: string, status = 401): Reply => ({ status, body: { error: { code, description: 'no' } } });

test('says who is asking', async () => {
  const { http, who, world } = bed([]);
  who.userToken = 'jwt';
  await http.call('/messages', { body: { text: 'hi' }, key: 'k' });
  assert.deepEqual(world.requests[0], {
    method: 'POST',
    path: '/messages',
    headers: { 'X-Heliograph-Session': 's1', Authorization: 'Bearer jwt', 'Idempotency-Key': 'k', 'Content-Type': 'application/json' },
    body: { text: 'hi' },
  });
});

test('leaves out what is not asked', () => {
  const { http } = bed([]);
  assert.equal(http.url('/messages', { before: 'a b&c', after: undefined, limit: 5 }), 'https://h.example/sdk/v1/abc/messages?before=a%20b%26c&limit=5');
});

for (const [name, lost] of [
  ['the network', { status: 0 }],
  ['the server', { status: 503 }],
  ['a limit', { status: 429 }],
] as const) {
  test(`tries again when ${name} failed, as often as it was told`, async () => {
    const { http, world } = bed([lost, lost, { status: 200, body: 7 }]);
    const called = http.call('/x', { tries: 3 });
    await world.pass(5000);
    assert.equal(await called, 7);
    assert.equal(world.requests.length, 3);
  });
}

test('does not try again unless told', async () => {
  const { http } = bed([{ status: 0 }]);
  await assert.rejects(http.call('/x'), { code: 'network', status: 0 });
});

test('never repeats what was refused', async () => {
  const { http, world } = bed([{ status: 400, body: { error: { code: 'bad_request', description: 'text is too long', field: 'text' } } }]);
  const refusal = await http.call('/x', { tries: 5 }).catch((why: MessengerError) => why);
  assert.ok(refusal instanceof MessengerError);
  assert.deepEqual([refusal.code, refusal.message, refusal.field, refusal.status], ['bad_request', 'text is too long', 'text', 400]);
  assert.equal(world.requests.length, 1);
});

test('waits as long as the server asks', async () => {
  const { http, world } = bed([{ status: 429, headers: { 'Retry-After': '20' } }]);
  const called = http.call('/x', { tries: 2 });
  await world.pass(19_000);
  assert.equal(world.requests.length, 1);
  await world.pass(1500);
  assert.equal(world.requests.length, 2);
  await called;
});

test('asks the page for a token when one was refused, and tries once more', async () => {
  const { http, who, world } = bed([refused('invalid_auth')]);
  who.userToken = 'old';
  who.renewed = 'new';
  await http.call('/x');
  assert.deepEqual(world.requests.map((request) => request.headers.Authorization), ['Bearer old', 'Bearer new']);
});

test('asks once only', async () => {
  const { http, who, world } = bed([refused('invalid_auth'), refused('invalid_auth'), refused('invalid_auth')]);
  who.renewed = 'new';
  await assert.rejects(http.call('/x'), { code: 'invalid_auth' });
  assert.equal(who.asked, 1);
  assert.equal(world.requests.length, 2);
});

test('goes on with a newer session of another tab', async () => {
  const { http, who, world } = bed([refused('invalid_session')]);
  who.next = 's2';
  await http.call('/x');
  assert.deepEqual(world.requests.map((request) => request.headers['X-Heliograph-Session']), ['s1', 's2']);
});

test('gives up when there is no other session', async () => {
  const { http, world } = bed([refused('invalid_session')]);
  await assert.rejects(http.call('/x'), { code: 'invalid_session' });
  assert.equal(world.requests.length, 1);
});

test('an answer of something in between is an error, too', async () => {
  const { http, world } = bed([]);
  world.fetch = async () => new Response('<html>Bad gateway</html>', { status: 502 });
  await assert.rejects(http.call('/x'), { code: 'internal_error', status: 502 });
});
