import type { Platform } from '../platform';
import type { Store } from '../storage';
import { openStorage } from '../storage';

interface Timer {
  at: number;
  f: () => void;
  id: number;
}

/** A platform for tests: its time stands still until it is moved. */
export class World implements Platform {
  time = 1_700_000_000_000;
  connected = true;
  looking = true;
  sockets: FakeSocket[] = [];
  requests: Request[] = [];
  answer: (request: Request) => Reply | Promise<Reply> = () => ({ status: 404 });
  debugged: string[] = [];
  private timers: Timer[] = [];
  private ids = 0;
  private listeners: Array<{ names: string[]; f: (event: Event) => void }> = [];
  WebSocket: Platform['WebSocket'];

  constructor(websockets = true) {
    const { sockets } = this;
    if (!websockets) return;
    this.WebSocket = class extends FakeSocket {
      constructor(url: string) {
        super(url);
        sockets.push(this);
      }
    } as unknown as Platform['WebSocket'];
  }

  now = () => this.time;
  random = () => 0.5;
  online = () => this.connected;
  foreground = () => this.looking;
  hex = (bytes: number) => (++this.ids).toString(16).padStart(bytes * 2, '0');
  debug = (message: string) => void this.debugged.push(message);

  fetch = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const request: Request = {
      method: init.method ?? 'GET',
      path: url.replace(/^https?:\/\/[^/]+\/sdk\/v1\/\w+/, ''),
      headers: (init.headers ?? {}) as Record<string, string>,
      body: init.body ? JSON.parse(String(init.body)) : undefined,
      ...(init.mode && { mode: init.mode }),
    };
    this.requests.push(request);
    const reply = await this.answer(request);
    if (reply.status === 0) throw new TypeError('Failed to fetch');
    const body = reply.stream ?? (reply.body === undefined ? '' : JSON.stringify(reply.body));
    return new Response(body, { status: reply.status, headers: reply.headers });
  };

  after = (ms: number, f: () => void): (() => void) => {
    const timer = { at: this.time + ms, f, id: ++this.ids };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  };

  listen = (events: string, f: (event: Event) => void): (() => void) => {
    const own = { names: events.split(' '), f };
    this.listeners.push(own);
    return () => {
      this.listeners = this.listeners.filter((other) => other !== own);
    };
  };

  happen(name: string): void {
    for (const { names, f } of this.listeners) if (names.includes(name)) f({ type: name } as Event);
  }

  /** Lets time pass, timer by timer, and promises settle between them. */
  async pass(ms: number): Promise<void> {
    const end = this.time + ms;
    await settle();
    for (;;) {
      const next = this.timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at || a.id - b.id)[0];
      if (!next) break;
      this.time = Math.max(this.time, next.at);
      this.timers = this.timers.filter((timer) => timer !== next);
      next.f();
      await settle();
    }
    this.time = end;
  }

  get socket(): FakeSocket {
    return this.sockets[this.sockets.length - 1];
  }
}

export interface Request {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: any;
  mode?: RequestMode;
}

export interface Reply {
  status: number; // 0: the network failed
  body?: unknown;
  stream?: ReadableStream<Uint8Array>;
  headers?: Record<string, string>;
}

/** Lets everything that waits for nothing but promises go on. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
}

export class FakeSocket {
  readyState = 0;
  said: any[] = [];
  closed = false;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  onerror: (() => void) | null = null;

  constructor(readonly url: string) {}

  send(text: string): void {
    this.said.push(JSON.parse(text));
  }

  close(): void {
    this.closed = true;
    this.readyState = 3;
  }

  accept(): void {
    this.readyState = 1;
    this.onopen?.();
  }

  tell(frame: unknown): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  end(code: number): void {
    this.readyState = 3;
    this.onclose?.({ code });
  }
}

/** What the Storage interface promises, in memory. */
export class FakeStorage implements Storage {
  private readonly items = new Map<string, string>();
  full = false;

  get length(): number {
    return this.items.size;
  }
  clear(): void {
    this.items.clear();
  }
  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }
  key(index: number): string | null {
    return [...this.items.keys()][index] ?? null;
  }
  removeItem(key: string): void {
    this.items.delete(key);
  }
  setItem(key: string, value: string): void {
    if (this.full) throw new DOMException('full', 'QuotaExceededError');
    this.items.set(key, value);
  }
}

export function memory(area: Storage = new FakeStorage()): Store {
  return openStorage('test', 'localStorage', () => area);
}
