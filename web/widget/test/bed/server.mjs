// The program as a process of its own, with one app, as a customer runs it.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sqlite } from './database.mjs';
import { until } from './wait.mjs';

const run = promisify(execFile);

export const binary = process.env.HELIOGRAPH_BIN ?? new URL('../../../../bin/heliograph', import.meta.url).pathname;

// What the machine's environment says of the program is not the test's business.
export const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('HELIOGRAPH_')));

export async function freePort() {
  const server = net.createServer();
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export class Server {
  log = '';

  // kind is the database to run on; tls, where there is one, a certificate of bed/certificate.mjs.
  constructor({ kind = sqlite, tls } = {}) {
    Object.assign(this, { kind, tls, fetch: tls?.fetch ?? ((...call) => fetch(...call)) });
  }

  async start() {
    assert.ok(existsSync(binary), `${binary} is missing: run 'make build', or set HELIOGRAPH_BIN`);
    this.data = await mkdtemp(join(tmpdir(), 'heliograph-widget-'));
    this.database = await this.kind.create(this.data);
    this.port = await freePort();
    this.url = this.tls ? `https://${this.tls.host}:${this.port}` : `http://127.0.0.1:${this.port}`;
    await this.up();
    const { stdout } = await run(binary, ['keys', 'create', '--scope=account', '--json', `--data=${this.data}`, ...this.database.flags], { env });
    this.account = JSON.parse(stdout);
    const { app } = await this.api('POST', '/v1.1/apps', { name: 'Sunflower' }, this.account);
    const { key } = await this.api('POST', `/v1.1/apps/${app._id}/keys`, { name: 'test' }, this.account);
    this.key = { keyId: key._id, secret: key.secret };
    this.appId = app._id;
    this.integrationId = (await this.api('GET', `/v1.1/apps/${app._id}/sdks`)).webIntegrationId;
    return this;
  }

  // up starts the process, or starts it again on the same port and data.
  async up() {
    const args = ['serve', `--data=${this.data}`, `--listen=127.0.0.1:${this.port}`, `--public-url=${this.url}`, '--allow-private-targets', '--log-format=json', ...this.database.flags];
    if (this.tls) args.push(`--tls-cert=${this.tls.certificate}`, `--tls-key=${this.tls.key}`);
    this.child = spawn(binary, args, { env });
    const keep = (chunk) => (this.log += chunk);
    this.child.stdout.on('data', keep);
    this.child.stderr.on('data', keep);
    let over = false;
    this.ended = new Promise((resolve) => this.child.once('close', (code, signal) => resolve(code ?? signal)));
    this.ended.then(() => (over = true));
    const kill = () => this.child.kill('SIGKILL');
    process.once('exit', kill);
    this.ended.then(() => process.off('exit', kill));
    await until('the server to be ready', async () => {
      if (over) throw new Error(`the program ended before it was ready:\n${this.log}`);
      return (await this.fetch(this.url + '/readyz').catch(() => null))?.ok;
    });
  }

  // down ends the process; what it answers is its exit code.
  down() {
    this.child.kill('SIGTERM');
    return this.ended;
  }

  async stop() {
    await this.down();
    await this.database.drop();
    await rm(this.data, { recursive: true, force: true });
    const bad = this.log.split('\n').filter((line) => /"level":"ERROR"|^panic/.test(line));
    assert.deepEqual(bad, [], 'errors in the log of the server');
  }

  // api is a call of the business's server.
  async api(method, path, body, key = this.key) {
    const answer = await this.fetch(this.url + path, {
      method,
      headers: {
        Authorization: 'Basic ' + Buffer.from(`${key.keyId}:${key.secret}`).toString('base64'),
        'Content-Type': 'application/json',
      },
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : {};
  }

  // upload hands a file in, as the business's server does, and answers what the API says.
  async upload(path, { name, type, content }) {
    const form = new FormData();
    form.set('source', new Blob([content], { type }), name);
    const headers = { Authorization: 'Basic ' + Buffer.from(`${this.key.keyId}:${this.key.secret}`).toString('base64') };
    const answer = await fetch(`${this.url}/v1.1/apps/${this.appId}/${path}`, { method: 'POST', headers, body: form });
    return { status: answer.status, body: await answer.json() };
  }

  user(path, method = 'GET', body) {
    return this.api(method, `/v1.1/apps/${this.appId}/appusers/${path}`, body);
  }

  // say posts a message of the business's to a user.
  async say(userId, message) {
    const body = typeof message === 'string' ? { type: 'text', text: message } : message;
    return (await this.user(`${userId}/messages`, 'POST', { role: 'appMaker', name: 'Ben', ...body })).message;
  }

  // tells has the server tell a receiver of everything.
  tells(target) {
    return this.api('POST', `/v1.1/apps/${this.appId}/webhooks`, { target, triggers: ['*'], includeClient: true });
  }

  // heard is what a user has said.
  async heard(userId) {
    return (await this.user(`${userId}/messages`)).messages.filter((message) => message.role === 'appUser');
  }

  // token is what the business's page gives its customer.
  token(userId, seconds = 3600, key = this.key) {
    const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const signed = `${part({ alg: 'HS256', typ: 'JWT', kid: key.keyId })}.${part({
      scope: 'appUser',
      userId,
      exp: Math.floor(Date.now() / 1000) + seconds,
    })}`;
    return `${signed}.${createHmac('sha256', key.secret).update(signed).digest('base64url')}`;
  }
}
