// Makes calls with the client in a process of its own, where FormData is the
// library that the client was made for, as its users on today's Node must do.
// Standard input is {serviceUrl, credentials, calls: [["api.method", arguments…]]};
// {"$file": path} stands for a stream. Standard output is what came of each.
import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';

const require = createRequire(import.meta.url);
globalThis.FormData = createRequire(require.resolve('smooch-core'))('form-data'); // the client's own
const SmoochCore = require('smooch-core');

const { serviceUrl, credentials, calls } = JSON.parse(await text(process.stdin));
const client = new SmoochCore({ serviceUrl, ...credentials });
const streams = (value) => {
  if (value?.$file) return createReadStream(value.$file);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, streams(v)]));
};
const out = [];
for (const [path, ...args] of calls) {
  const steps = path.split('.');
  const method = steps.pop();
  const api = steps.reduce((part, name) => part[name], client);
  out.push(await api[method](...args.map(streams)).then(
    (value) => ({ value }),
    (err) => ({ error: { code: err.code, description: err.description, status: err.response?.status } }),
  ));
}
process.stdout.write(JSON.stringify(out));
