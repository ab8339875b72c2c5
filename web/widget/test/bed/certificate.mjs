// A certificate that a test makes for itself, and calls that trust it.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';

const run = promisify(execFile);

// selfSigned makes one for a host that is on this machine, and for the names of its messengers' loaders.
export async function selfSigned(host) {
  const folder = await mkdtemp(join(tmpdir(), 'heliograph-tls-'));
  const [certificate, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  await run('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-keyout', key, '-out', certificate],
    ...['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host},DNS:*.webloader.${host}`],
  ]);
  const ca = await readFile(certificate);
  return { host, certificate, key, fetch: (url, call) => callTrusting(ca, url, call), remove: () => rm(folder, { recursive: true }) };
}

// callTrusting is fetch, as far as the bed uses it, of whatever host on this machine.
async function callTrusting(ca, url, { method = 'GET', headers, body } = {}) {
  const { hostname, port, pathname, search } = new URL(url);
  const answer = await new Promise((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port, servername: hostname, path: pathname + search, method, ca, headers: { Host: `${hostname}:${port}`, ...headers } }, resolve);
    call.once('error', reject);
    call.end(body);
  });
  const said = await text(answer);
  return { ok: answer.statusCode >= 200 && answer.statusCode < 300, status: answer.statusCode, text: async () => said };
}
