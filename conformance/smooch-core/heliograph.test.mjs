// Drives the binary in HELIOGRAPH_BIN with the vendor's client, unmodified, as
// its customers do: over HTTP, with a simulated provider and a webhook target on
// this machine. Every test runs on each database.
import { after, before, describe } from 'node:test';

import { Bed } from './bed/bed.mjs';
import { postgres, sqlite } from './bed/database.mjs';
import { areas } from './suite/areas.mjs';
import { everyMethod } from './suite/methods.mjs';

describe('smooch-core', { concurrency: true }, () => {
  for (const database of [sqlite, postgres]) {
    describe(`on ${database.name}`, { concurrency: 1, skip: database.skip }, () => {
      const bed = new Bed(database);
      before(() => bed.start());
      after(() => bed.stop());
      describe('areas', { concurrency: 16 }, () => {
        for (const [name, area] of Object.entries(areas)) {
          describe(name, { concurrency: true }, () => area(bed));
        }
      });
      describe('methods', () => everyMethod(bed)); // of all that the areas called
    });
  }
});
