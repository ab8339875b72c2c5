// Waiting for conditions: never for a fixed time, and never for ever.
import { setTimeout as pause } from 'node:timers/promises';

// deadline is how long anything may take that nothing delays on purpose.
export const deadline = 30_000;

// until asks again and again for a condition that cannot be listened for, and
// returns what it becomes.
export async function until(what, condition, limit = deadline) {
  const end = Date.now() + limit;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited ${limit} ms for ${what}`);
    await pause(20);
  }
}
