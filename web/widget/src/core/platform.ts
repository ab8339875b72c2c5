/** What the core needs of a browser. Tests hand in their own. */
export interface Platform {
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** Undefined where there is none. */
  WebSocket?: new (url: string) => WebSocket;
  now(): number; // milliseconds
  random(): number; // 0 to 1
  /** Calls f after a time; the answer forgets it. */
  after(ms: number, f: () => void): () => void;
  /** n random bytes as lower-case hexadecimal. */
  hex(bytes: number): string;
  /** False when the device knows that it has no network. */
  online(): boolean;
  /** A person looks at the page. */
  foreground(): boolean;
  /** Calls f when one of the window's or document's events comes; the answer ends that. */
  listen(events: string, f: (event: Event) => void): () => void;
  debug(message: string, data?: unknown): void;
}

export function browser(debug: Platform['debug']): Platform {
  return {
    fetch: (url, init) => window.fetch(url, init),
    WebSocket: window.WebSocket,
    now: () => Date.now(),
    random: () => Math.random(),
    after: (ms, f) => {
      const timer = setTimeout(f, ms);
      return () => clearTimeout(timer);
    },
    hex,
    online: () => navigator.onLine !== false,
    foreground: () => document.visibilityState === 'visible' && document.hasFocus(),
    listen: (events, f) => {
      const names = events.split(' ');
      const target = (name: string): EventTarget => (name === 'visibilitychange' ? document : window);
      for (const name of names) target(name).addEventListener(name, f);
      return () => {
        for (const name of names) target(name).removeEventListener(name, f);
      };
    },
    debug,
  };
}

function hex(bytes: number): string {
  let text = '';
  for (const b of crypto.getRandomValues(new Uint8Array(bytes))) text += b.toString(16).padStart(2, '0');
  return text;
}

export function sleep(platform: Platform, ms: number): Promise<void> {
  return new Promise((resolve) => platform.after(ms, resolve));
}
