import type { Platform } from './platform';
import type { Store } from './storage';

export const sdkVersion = '1.0.0';

/** This browser's id at an integration: made once, then kept. */
export function deviceId(storage: Store, platform: Platform): string {
  const kept = storage.get<string>('device');
  if (typeof kept === 'string' && /^[\w-]{24,64}$/.test(kept)) return kept;
  const made = platform.hex(16);
  storage.set('device', made);
  return made;
}

/** What the server is told of the browser and the page. hurried: what takes long to find out is what it was last. */
export function deviceInfo(storage: Store, hurried: boolean): Record<string, string> {
  const info: Record<string, string | undefined> = {
    sdkVersion,
    userAgent: navigator.userAgent,
    currentUrl: location.href,
    currentTitle: document.title,
    referrer: document.referrer,
    browserLanguage: navigator.language,
    timeZone: hurried ? (storage.get<string>('zone') ?? undefined) : timeZone(storage),
  };
  const told: Record<string, string> = {};
  for (const [name, value] of Object.entries(info)) if (value) told[name] = value.slice(0, 1024);
  return told;
}

/** Browsers take their time, and hold up the page, when it is asked for first: never before the launcher is there. */
export function timeZone(storage: Store): string | undefined {
  try {
    const { timeZone: zone } = Intl.DateTimeFormat().resolvedOptions();
    if (storage.get('zone') !== zone) storage.set('zone', zone);
    return zone;
  } catch {
    return undefined;
  }
}
