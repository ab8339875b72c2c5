// Waiting for conditions: never for a fixed time, and never for ever.
import { setTimeout as pause } from 'node:timers/promises';

export async function until(what, condition, limit = 20_000) {
  const end = Date.now() + limit;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited ${limit} ms for ${what}`);
    await pause(20);
  }
}
