// Runs the unit tests that stand beside the sources: each src/**/*.test.ts is
// bundled, then run by Node's own test runner.
//
//   node test/run.mjs [PART OF A FILE'S NAME]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const src = fileURLToPath(new URL('../src', import.meta.url));

function tests(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return tests(path);
    return /\.test\.tsx?$/.test(name) && path.includes(process.argv[2] ?? '') ? [path] : [];
  });
}

const found = tests(src);
if (!found.length) {
  console.error('no test was found');
  process.exit(1);
}
const out = mkdtempSync(join(tmpdir(), 'widget-test-'));
try {
  await esbuild.build({
    entryPoints: found,
    outdir: out,
    outbase: src,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  const built = found.map((path) => join(out, path.slice(src.length).replace(/\.tsx?$/, '.mjs')));
  const run = spawnSync(process.execPath, ['--enable-source-maps', '--test', '--test-reporter=spec', ...built], { stdio: 'inherit' });
  process.exitCode = run.status ?? 1;
} finally {
  rmSync(out, { recursive: true, force: true });
}
