// Serves the storyboard: every message type and state of the interface, from
// fixed models, under a strict content security policy.
//
//   node stories/serve.mjs [PORT]
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { css } from '../css.mjs';

const here = new URL('.', import.meta.url);

const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; frame-src 'self' http://localhost:*";

async function bundle() {
  const built = await esbuild.build({
    entryPoints: [fileURLToPath(new URL('board.ts', here))],
    bundle: true,
    format: 'iife',
    target: 'es2020',
    sourcemap: 'inline',
    plugins: [css],
    write: false,
    logLevel: 'warning',
  });
  return built.outputFiles[0].text;
}

/** A picture that needs nobody's copyright. */
function picture(hue) {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 240" width="320" height="240">
<rect width="320" height="240" fill="hsl(${hue} 60% 80%)"/><circle cx="240" cy="70" r="34" fill="hsl(${hue + 40} 90% 70%)"/>
<path d="M0 240 90 110l70 90 50-60 110 100z" fill="hsl(${hue} 45% 45%)"/></svg>`;
}

async function answer(path, script) {
  const media = /^\/media\/(\d+)\.svg$/.exec(path);
  if (media) return ['image/svg+xml', picture(Number(media[1]))];
  if (path === '/') return ['text/html; charset=utf-8', await readFile(new URL('index.html', here))];
  if (path === '/stories.css') return ['text/css', await readFile(new URL('stories.css', here))];
  if (path === '/stories.js') return ['text/javascript', await script()];
  if (path === '/page') return ['text/html; charset=utf-8', '<!doctype html><html lang="en"><title>A page</title><h1>Choose a seat</h1>'];
  return null;
}

/** The server once it listens; port 0 takes any. The script is built once, or for every page that asks. */
export async function serve(port = 0, fresh = false) {
  const once = fresh ? null : bundle();
  const script = () => once ?? bundle();
  const server = createServer(async (request, response) => {
    const found = await answer(new URL(request.url, 'http://here').pathname, script).catch((error) => ['text/plain', String(error)]);
    if (!found) return response.writeHead(404).end();
    response.writeHead(200, { 'Content-Type': found[0], 'Content-Security-Policy': policy, 'Cache-Control': 'no-store' }).end(found[1]);
  });
  await new Promise((done) => server.listen(port, '127.0.0.1', done));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { url } = await serve(Number(process.argv[2] ?? 20180), true);
  console.log(`The stories are at ${url}`);
}
