import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Session, jwtEnds, type SessionPorts } from './session';
import { FakeStorage, World, memory, type Reply, type Request } from './testing/world';

/** A server that knows what the protocol says of init, start, login and logout. */
class Server {
  users = new Map<string, { _id: string; userId?: string; started: boolean; needsToken?: boolean }>();
  sessions = new Map<string, { user: string; verified: boolean }>();
  private n = 0;
  private tokens = 0;

  answer = (request: Request): Reply => {
    const { path, body, headers } = request;
    const jwt = headers.Authorization?.slice(7);
    const token = headers['X-Heliograph-Session'];
    const open = token ? this.sessions.get(token) : undefined;
    const named = [...this.users.values()].find((user) => user.userId && user.userId === body?.userId);
    if (jwt && jwt !== 'jwt-of-' + (body?.userId ?? (open && this.users.get(open.user)?.userId))) return refused('invalid_auth');
    if (path === '/logout') {
      if (!open) return refused('invalid_session');
      this.sessions.delete(token);
      return { status: 200, body: {} };
    }
    if (open?.verified && !jwt) return refused('invalid_auth');
    if (named?.needsToken && !jwt) return refused('invalid_auth');
    if (path === '/login' || body?.userId) return this.enter(path, body.userId, open && token, named, !!jwt);
    if (open) return this.is(token, this.start(path, open.user));
    if (path === '/start') return this.enter(path, undefined, undefined, undefined, false);
    return { status: 200, body: { config: {}, session: null, user: null, conversation: null } };
  };

  private enter(path: string, userId: string | undefined, token: string | undefined, named: any, verified: boolean): Reply {
    if (token) {
      const open = this.sessions.get(token)!;
      if (named) open.user = named._id;
      else this.users.get(open.user)!.userId = userId;
      open.verified = verified;
      return this.is(token, this.start(path, open.user));
    }
    if (!named && path !== '/start') return { status: 200, body: { config: {}, session: null, user: null, conversation: null } };
    const user = named?._id ?? this.make(userId);
    return this.is(this.session(user, verified), this.start(path, user));
  }

  make(userId?: string, needsToken = false): string {
    const _id = 'u' + ++this.n;
    this.users.set(_id, { _id, userId, started: false, needsToken });
    return _id;
  }

  session(user: string, verified: boolean): string {
    const token = 'hs1_' + ++this.tokens;
    this.sessions.set(token, { user, verified });
    return token;
  }

  private start(path: string, user: string): string {
    if (path === '/start') this.users.get(user)!.started = true;
    return user;
  }

  private is(token: string, user: string): Reply {
    const { started, ...rest } = this.users.get(user)!;
    const conversation = started ? { _id: 'c' + user, unreadCount: 0 } : null;
    const { verified } = this.sessions.get(token)!;
    return { status: 200, body: { config: {}, session: { token, verified }, user: rest, conversation, messages: [], cursor: '', hasMore: false } };
  }
}

const refused = (code: string): Reply => ({ status: 401, body: { error: { code, description: code } } });

function bed(area = new FakeStorage(), server = new Server()) {
  const world = new World();
  world.answer = server.answer;
  const seen = { ended: 0, asked: 0 };
  const jwt: { next?: string } = {};
  const ports: SessionPorts = {
    platform: world,
    storage: memory(area),
    base: 'https://h.example/sdk/v1/abc',
    device: () => ({ id: 'd'.repeat(32), info: {} }),
    askJwt: () =>
      'next' in jwt
        ? () => {
            seen.asked++;
            return jwt.next!;
          }
        : undefined,
    exclusively: (f) => f(),
    ended: () => void seen.ended++,
    renewed: () => {},
  };
  return { world, server, area, seen, jwt, session: new Session(ports), storage: ports.storage };
}

test('looking makes nobody', async () => {
  const { session, server } = bed();
  const opened = await session.init({});
  assert.equal(opened.session, null);
  assert.equal(session.token(), undefined);
  assert.equal(server.users.size, 0);
});

test('start makes an anonymous user, whom the next page finds again', async () => {
  const { session, area, server } = bed();
  await session.init({});
  const started = await session.start('message');
  assert.ok(started.user && started.conversation);
  const next = bed(area, server);
  const opened = await next.session.init({});
  assert.equal(opened.user?._id, started.user._id);
  assert.equal(opened.conversation?._id, started.conversation._id);
  assert.equal(server.users.size, 1);
});

test('starts that come at once are one', async () => {
  const { session, world } = bed();
  await session.init({});
  const [one, two] = await Promise.all([session.start('message'), session.start('conversation:start')]);
  assert.equal(one, two);
  assert.equal(world.requests.filter((request) => request.path === '/start').length, 1);
});

test('an anonymous user who logs in under a new id stays the same user', async () => {
  const { session } = bed();
  await session.init({});
  const started = await session.start('message');
  const opened = await session.login('ana', 'jwt-of-ana');
  assert.equal(opened.user?._id, started.user?._id);
  assert.equal(opened.user?.userId, 'ana');
  assert.equal(session.userId, 'ana');
});

test('one who logs in as a known user becomes that user', async () => {
  const { session, server } = bed();
  const known = server.make('ana');
  await session.init({});
  const started = await session.start('message');
  const opened = await session.login('ana', 'jwt-of-ana');
  assert.equal(opened.user?._id, known);
  assert.notEqual(opened.user?._id, started.user?._id);
});

test('a login of somebody new makes nobody before start', async () => {
  const { session, server } = bed();
  await session.init({});
  assert.equal((await session.login('ben', 'jwt-of-ben')).session, null);
  assert.equal(server.users.size, 0);
  const started = await session.start('message');
  assert.equal(started.user?.userId, 'ben');
});

test('a login that is refused leaves everything as it was', async () => {
  const { session } = bed();
  await session.init({});
  const started = await session.start('message');
  const token = session.token();
  await assert.rejects(session.login('ana', 'forged'), { code: 'invalid_auth' });
  assert.equal(session.token(), token);
  assert.equal(session.jwt(), undefined);
  assert.equal((await session.init({})).user?._id, started.user?._id);
});

test('a refused token is asked for anew, once for all who wait', async () => {
  const { session, server, jwt, seen } = bed();
  server.make('ana', true);
  jwt.next = 'jwt-of-ana';
  const [one, two] = await Promise.all([session.init({ userId: 'ana', jwt: 'old' }), session.renew('old')]);
  assert.equal(one.user?.userId, 'ana');
  assert.equal(two, true);
  assert.equal(seen.asked, 1);
});

test("a page without the user's token goes on as nobody", async () => {
  const { session, area, server } = bed();
  server.make('ana', true);
  await session.init({ userId: 'ana', jwt: 'jwt-of-ana' });
  assert.ok(session.token());
  const next = bed(area, server);
  const opened = await next.session.init({});
  assert.equal(opened.session, null);
  assert.equal(next.session.token(), undefined);
});

test('a page that names the user without a token is refused', async () => {
  const { session, server } = bed();
  server.make('ana', true);
  await assert.rejects(session.init({ userId: 'ana' }), { code: 'invalid_auth' });
});

test('logout forgets, even when the server does not hear of it', async () => {
  const { session, world } = bed();
  await session.init({});
  await session.start('message');
  world.answer = () => ({ status: 0 });
  const done = session.logout();
  await world.pass(60_000);
  await done;
  assert.equal(session.token(), undefined);
});

test('tells the server of a logout', async () => {
  const { session, world, server } = bed();
  await session.init({ userId: 'ana' });
  await session.start('message');
  await session.logout();
  assert.deepEqual(world.requests.at(-1)?.body, { push: 'all' });
  assert.equal(server.sessions.size, 0);
});

test('a session that ended is forgotten, unless another tab has a newer one', async () => {
  const { session, seen, storage } = bed();
  await session.init({});
  await session.start('message');
  const token = session.token()!;
  storage.set('session', { token: 'newer', verified: false });
  assert.equal(await session.lost(token), true);
  assert.equal(seen.ended, 0);
  assert.equal(await session.lost('newer'), false);
  assert.equal(seen.ended, 1);
  assert.equal(session.token(), undefined);
});

test('an init with an invalid session forgets it', async () => {
  const { session, storage } = bed();
  storage.set('session', { token: 'hs1_gone', verified: false });
  assert.equal((await session.init({})).session, null);
  assert.equal(storage.get('session'), null);
});

for (const [what, readable, code] of [
  ['that may not use the integration', false, 'origin_not_allowed'],
  ['whose network came back', true, 'network'],
  ['without a network', undefined, 'network'],
] as const) {
  test(`an init of a page ${what} is told so`, async () => {
    const { session, world } = bed();
    world.answer = ({ path, mode }) => ({ status: path === '/config' && (readable || (readable === false && mode === 'no-cors')) ? 200 : 0 });
    const outcome = session.init({}).catch((why) => why.code);
    await world.pass(60_000);
    assert.equal(await outcome, code);
  });
}

test('knows when a token ends', () => {
  const jwt = (claims: unknown) => ['e30', Buffer.from(JSON.stringify(claims)).toString('base64url'), 'x'].join('.');
  assert.equal(jwtEnds(jwt({ exp: 1_700_000_000, sub: '???>>>' })), 1_700_000_000_000);
  for (const odd of [jwt({}), jwt({ exp: 'soon' }), 'not a token', '', undefined]) assert.equal(jwtEnds(odd), undefined);
});
