// The binary as processes of their own, as a customer runs it.
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { until } from './wait.mjs';

const run = promisify(execFile);

function binary() {
  const bin = process.env.HELIOGRAPH_BIN;
  if (!bin) throw new Error('HELIOGRAPH_BIN must name the program to test');
  return bin;
}

// cleanEnv is the environment without the program's own settings.
function cleanEnv() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('HELIOGRAPH_')));
}

async function freePort() {
  const server = net.createServer();
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

// A run that is stopped takes its programs with it.
process.once('SIGTERM', () => process.exit(143));

// Program is one process that serves HTTP.
class Program {
  constructor(args, port) {
    this.url = `http://127.0.0.1:${port}`;
    this.log = '';
    this.child = spawn(binary(), [...args, `--listen=127.0.0.1:${port}`], { env: cleanEnv() });
    const keep = (chunk) => { this.log += chunk; };
    this.child.stdout.on('data', keep);
    this.child.stderr.on('data', keep);
    this.ended = new Promise((resolve) => this.child.once('close', (code, signal) => resolve(code ?? signal)));
    const kill = () => this.child.kill('SIGKILL');
    process.once('exit', kill);
    this.ended.then(() => process.off('exit', kill));
  }

  // ready waits until path answers 200.
  async ready(pathname) {
    let over = false;
    this.ended.then(() => { over = true; });
    await until(`${this.url}${pathname} to answer`, async () => {
      if (over) throw new Error(`the program ended before it was ready:\n${this.log}`);
      return (await fetch(this.url + pathname).catch(() => null))?.ok;
    });
    return this;
  }

  // stop ends the process with SIGTERM, and returns its exit code.
  stop() {
    this.child.kill('SIGTERM');
    return this.ended;
  }
}

// serve starts a server with an empty database of its own.
export async function serve(simulator, database) {
  const data = await mkdtemp(path.join(tmpdir(), 'heliograph-conformance-'));
  const storage = [`--data=${data}`, ...database.flags];
  const program = new Program([
    'serve', ...storage, '--allow-private-targets', '--log-format=json',
    ...['twilio', 'messagebird', 'whatsapp', 'mailgun'].map((name) => `--provider-url=${name}=${simulator.url}`),
  ], await freePort());
  program.remove = () => rm(data, { recursive: true, force: true });
  // accountKey makes the first key, which nothing but the command line can do.
  program.accountKey = async () => {
    const { stdout } = await run(binary(), ['keys', 'create', '--scope=account', '--json', ...storage], { env: cleanEnv() });
    return JSON.parse(stdout);
  };
  return program.ready('/readyz');
}

// simulate starts a provider that has no latency.
export async function simulate() {
  const program = await new Program(['simulate', '--smtp=off', '--log-level=error'], await freePort()).ready('/sim/settings');
  program.post = async (pathname, body) => {
    const res = await fetch(program.url + pathname, { method: 'POST', body: JSON.stringify(body) });
    const answer = await res.text();
    if (!res.ok) throw new Error(`POST ${pathname}: ${answer}`);
    return answer && JSON.parse(answer);
  };
  program.get = async (pathname) => (await fetch(program.url + pathname)).json();
  await program.post('/sim/settings', { sentMs: 1, deliveredMs: 1, retryMs: 20 });
  await program.post('/sim/whatsapp/settings', { reviewMs: 1 });
  return program;
}
