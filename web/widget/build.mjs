// Builds dist/, which the server embeds and which is therefore committed.
//
//   node build.mjs           writes dist/
//   node build.mjs --check   fails when dist/ is not what the sources make, or is too big
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import * as esbuild from 'esbuild';
import { css } from './css.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const dist = new URL('dist/', import.meta.url);

// What a visitor's browser fetches, gzipped, must stay below this.
const most = { 'loader.js': 3072, 'widget.js': 46080, 'sw.js': 3072 };

const banner = '/* Heliograph messenger. Apache-2.0; it contains Preact, MIT: see licenses.txt beside this file. */';

async function bundle(entry, target) {
  const built = await esbuild.build({
    absWorkingDir: here,
    entryPoints: [entry],
    bundle: true,
    format: 'iife',
    target,
    minify: true,
    charset: 'ascii', // whatever a page or a host says of the encoding
    legalComments: 'none',
    banner: { js: banner },
    plugins: [css],
    write: false,
    logLevel: 'warning',
  });
  return Buffer.from(built.outputFiles[0].contents);
}

async function build() {
  const files = {};
  files['widget.js'] = await bundle('src/main.ts', 'es2020');
  files['loader.js'] = await bundle('src/loader.ts', 'es5');
  files['sw.js'] = await bundle('src/sw.ts', 'es2020');
  const preact = await readFile(new URL('node_modules/preact/LICENSE', import.meta.url));
  files['licenses.txt'] = Buffer.concat([Buffer.from('Preact (https://preactjs.com)\n\n'), preact]);
  return files;
}

async function stale(files) {
  const found = [];
  for (const [name, body] of Object.entries(files)) {
    const kept = await readFile(new URL(name, dist)).catch(() => null);
    if (!kept || !kept.equals(body)) found.push(name);
  }
  for (const name of await readdir(dist).catch(() => [])) {
    if (!(name in files)) found.push(name);
  }
  return found;
}

function sizes(files) {
  let good = true;
  for (const [name, limit] of Object.entries(most)) {
    const size = gzipSync(files[name], { level: 9 }).length;
    const fits = size < limit;
    console.log(`${name}: ${size} bytes gzipped, ${fits ? 'below' : 'NOT BELOW'} ${limit}`);
    good &&= fits;
  }
  return good;
}

const files = await build();
let good = sizes(files);
if (process.argv.includes('--check')) {
  const found = await stale(files);
  if (found.length) {
    console.error(`dist is stale (${found.join(', ')}): run 'npm run build' in web/widget and commit it`);
    good = false;
  }
} else {
  await rm(dist, { recursive: true, force: true });
  await mkdir(dist);
  for (const [name, body] of Object.entries(files)) await writeFile(new URL(name, dist), body);
}
process.exitCode = good ? 0 : 1;
