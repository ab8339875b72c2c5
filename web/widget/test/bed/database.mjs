// The databases to run on. Each makes an empty one for a server's data folder,
// and counts what is in it.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const countRows = (table) => `SELECT count(*) FROM ${table}`;

export const sqlite = {
  name: 'SQLite',
  async create(data) {
    const file = join(data, 'heliograph.db');
    return { flags: [], count: async (table) => Number(await askFile(file, countRows(table))), drop: async () => {} };
  },
};

// askFile uses whichever of two common programs is there: Node's own SQLite is newer than the Node we ask for.
async function askFile(file, sql) {
  const python = 'import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchone()[0])';
  for (const [program, args] of [['sqlite3', [file, sql]], ['python3', ['-c', python, file, sql]]]) {
    try {
      return (await run(program, args)).stdout;
    } catch (why) {
      if (why.code !== 'ENOENT') throw why;
    }
  }
  throw new Error('sqlite3 and python3 are missing: install one of them');
}

export const postgres = {
  name: 'PostgreSQL',
  skip: process.env.HELIOGRAPH_TEST_PG ? false : 'HELIOGRAPH_TEST_PG is not set',
  async create() {
    const server = process.env.HELIOGRAPH_TEST_PG;
    const name = `messenger_${randomBytes(6).toString('hex')}`;
    const url = new URL(server);
    url.pathname = name;
    const ask = async (where, sql) =>
      (await run('psql', [String(where), '--no-psqlrc', '--quiet', '--tuples-only', '--set=ON_ERROR_STOP=1', '--command', sql])).stdout;
    await ask(server, `CREATE DATABASE ${name}`);
    return {
      flags: [`--database-url=${url}`],
      count: async (table) => Number(await ask(url, countRows(table))),
      drop: () => ask(server, `DROP DATABASE ${name} WITH (FORCE)`),
    };
  },
};
