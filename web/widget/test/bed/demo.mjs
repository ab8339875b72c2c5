// The program's demo as a process of its own, at ports that are free.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { binary, env, freePort } from './server.mjs';
import { until } from './wait.mjs';

export class Demo {
  log = '';

  async start() {
    this.data = await mkdtemp(join(tmpdir(), 'heliograph-demo-'));
    const at = async (flag) => `--${flag}=127.0.0.1:${await freePort()}`;
    const ports = [await at('listen'), await at('simulator-listen'), await at('shop-listen')];
    this.child = spawn(binary, ['demo', `--data=${this.data}`, ...ports], { env });
    for (const stream of [this.child.stdout, this.child.stderr]) stream.on('data', (chunk) => (this.log += chunk));
    let over = false;
    this.ended = new Promise((resolve) => this.child.once('close', (code, signal) => resolve(code ?? signal)));
    this.ended.then(() => (over = true));
    process.once('exit', () => this.child.kill('SIGKILL'));
    // What it prints is how a person finds its pages.
    const [, shop, phones, webhooks] = await until('the demo to say where it is', () => {
      if (over) throw new Error(`the demo ended before it was ready:\n${this.log}`);
      return /A shop with messenger +(\S+)\s+Phones and mailboxes +(\S+)\s+Webhooks +(\S+)/.exec(this.log);
    });
    return Object.assign(this, { shop, phones, webhooks });
  }

  // stop ends it; what it answers is its exit code.
  async stop() {
    this.child.kill('SIGTERM');
    const code = await this.ended;
    await rm(this.data, { recursive: true, force: true });
    return code;
  }
}
