/**
 * How long to wait before the attempt that follows so many failures: twice as
 * long each time, and somewhere between half of it and all of it, so that those
 * who lost a server together do not come back together.
 */
export function backoff(failures: number, random: number, least = 500, most = 30_000): number {
  const whole = Math.min(most, least * 2 ** Math.min(Math.max(failures - 1, 0), 20));
  return Math.round(whole / 2 + (whole / 2) * random);
}
