// The databases to run on. Each gives the flags of an empty one.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const sqlite = {
  name: 'SQLite',
  async create() {
    return { flags: [], drop: async () => {} };
  },
};

export const postgres = {
  name: 'PostgreSQL',
  skip: process.env.HELIOGRAPH_TEST_PG ? false : 'HELIOGRAPH_TEST_PG is not set',
  async create() {
    const server = process.env.HELIOGRAPH_TEST_PG;
    const name = `conformance_${randomBytes(6).toString('hex')}`;
    const ask = (sql) => run('psql', [server, '--no-psqlrc', '--quiet', '--set=ON_ERROR_STOP=1', '--command', sql]).catch((err) => {
      throw err.code === 'ENOENT' ? new Error('psql is missing: install the PostgreSQL client', { cause: err }) : err;
    });
    await ask(`CREATE DATABASE ${name}`);
    const url = new URL(server);
    url.pathname = name;
    return { flags: [`--database-url=${url}`], drop: () => ask(`DROP DATABASE ${name} WITH (FORCE)`) };
  },
};
