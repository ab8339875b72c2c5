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

/** What the server is told of the browser and the page. */
export function deviceInfo(): Record<string, string> {
  const info: Record<string, string | undefined> = {
    sdkVersion,
    userAgent: navigator.userAgent,
    currentUrl: location.href,
    currentTitle: document.title,
    referrer: document.referrer,
    browserLanguage: navigator.language,
    timeZone: timeZone(),
  };
  const told: Record<string, string> = {};
  for (const [name, value] of Object.entries(info)) if (value) told[name] = value.slice(0, 1024);
  return told;
}

function timeZone(): string | undefined {
  try {
    return Intl.DateTimeFormat().resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}
