// Uploads by the client, which on Node 18 and later needs the FormData that it
// was made for, set before it is loaded: so in a process of their own.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

// withFile gives fn the path of a file of that content.
export async function withFile(name, content, fn) {
  const dir = await mkdtemp(join(tmpdir(), 'heliograph-uploads-'));
  try {
    const path = join(dir, name);
    await writeFile(path, content);
    return await fn(path);
  } finally {
    await rm(dir, { recursive: true });
  }
}

export const keyOf = (tenant, scope) => (scope === 'account'
  ? { keyId: tenant.bed.accountKey.keyId, secret: tenant.bed.accountKey.secret, scope }
  : { keyId: tenant.key._id, secret: tenant.key.secret, scope });

// uploads makes calls, of which each is ["api.method", arguments…], and returns
// the value or the error of each.
export async function uploads(bed, credentials, calls) {
  const child = spawn(process.execPath, [fileURLToPath(new URL('with_form_data.mjs', import.meta.url))], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify({ serviceUrl: bed.url, credentials, calls }));
  const out = await text(child.stdout);
  assert.notEqual(out, '', 'the process with the client ended early');
  const outcomes = JSON.parse(out);
  outcomes.forEach(({ error }, i) => bed.calls.note(credentials.scope, calls[i][0], error ? error.code ?? 'error' : 'done'));
  return outcomes;
}
