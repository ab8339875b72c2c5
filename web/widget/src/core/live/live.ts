import type { Connection } from '../../model';
import { backoff } from '../backoff';
import type { Http } from '../http';
import type { Platform } from '../platform';
import type { Frame, Said } from '../wire';
import type { Ending, Link, LinkEvents } from './link';
import { openPoll } from './poll';
import { openSocket } from './socket';
import { openStream } from './stream';

export interface LivePorts {
  platform: Platform;
  http: Http;
  frame(frame: Frame): void;
  /** A connection stands; from tells whether it began where the messages that are shown end. */
  up(from: string): void;
  /** It was lost. */
  down(): void;
  /** It is tried again. */
  again(): void;
  state(connection: Connection): void;
  /** invalid_auth, invalid_session, origin_not_allowed. True: connect again at once. */
  refused(code: string): Promise<boolean>;
}

type Kind = 'socket' | 'stream' | 'poll';

const patience = 15_000; // until a connection must stand
const better = 120_000; // until something better than polling is tried again

/**
 * Keeps a live connection: a WebSocket where one gets through, else server-sent
 * events, else polling. Goes on where it was, after whatever loss.
 */
export class Live {
  /** Up to where messages have come; opaque. */
  cursor = '';
  private link: Link | null = null;
  private kinds: Kind[];
  private kind = 0; // of kinds
  private failures = 0; // in a row, of any kind
  private misses = 0; // in a row, of this kind, before it stood
  private stands = false;
  private wanted = false;
  private refusals = 0;
  private round = 0; // tells a late event of a former connection
  private heartbeat = 25_000;
  private forgets: Array<() => void> = [];
  private readonly unlisten: () => void;
  private heardAt = 0;

  constructor(private readonly ports: LivePorts) {
    this.kinds = kindsOf(ports, {});
    this.unlisten = ports.platform.listen('online offline visibilitychange pageshow', (event) => this.happened(event.type));
  }

  get connected(): boolean {
    return this.stands;
  }

  /** What the server has. */
  offered(by: { websocket?: boolean; events?: boolean }): void {
    this.kinds = kindsOf(this.ports, by);
    this.kind = 0;
  }

  /** Connects, or connects anew because somebody else is here now. */
  start(cursor: string): void {
    this.cursor = cursor;
    this.wanted = true;
    this.failures = this.refusals = 0;
    this.drop();
    this.connect();
  }

  stop(): void {
    this.wanted = false;
    this.drop();
    this.ports.state('idle');
  }

  destroy(): void {
    this.stop();
    this.unlisten();
  }

  /** False when nothing is there that could say it. */
  say(said: Said): boolean {
    return this.stands && !!this.link?.say(said);
  }

  private connect(): void {
    if (!this.wanted || this.link) return;
    const { platform } = this.ports;
    if (!platform.online()) return this.ports.state('offline');
    this.clearTimers();
    this.ports.state(this.failures > 1 ? 'offline' : 'connecting');
    if (this.failures) this.ports.again();
    const round = ++this.round;
    const from = this.cursor;
    const events: LinkEvents = {
      heard: () => {
        if (round === this.round) this.heardAt = platform.now();
      },
      frame: (frame) => {
        if (round === this.round) this.frame(frame, from);
      },
      ended: (why) => {
        if (round === this.round) this.ended(why);
      },
    };
    this.heardAt = platform.now();
    this.forgets.push(platform.after(patience, () => !this.stands && this.lose()));
    this.link = this.open(this.kinds[this.kind], from, events);
  }

  private open(kind: Kind, cursor: string, events: LinkEvents): Link {
    const { platform, http } = this.ports;
    if (kind === 'socket') return openSocket(platform, http.url('/live'), () => this.hello(cursor), events);
    if (kind === 'stream') return openStream(platform, http, { cursor, foreground: String(platform.foreground()) }, events);
    return openPoll(platform, http, cursor, events);
  }

  private hello(cursor: string): Said {
    const { platform, http } = this.ports;
    const headers = http.headers();
    return {
      t: 'hello',
      session: headers['X-Heliograph-Session'],
      jwt: headers.Authorization?.slice(7),
      cursor: cursor || undefined,
      foreground: platform.foreground(),
    };
  }

  private frame(frame: Frame, from: string): void {
    if (frame.t === 'ready') {
      if (frame.heartbeat) this.heartbeat = frame.heartbeat * 1000;
      this.cursor ||= frame.cursor ?? '';
      this.stands = true;
      this.failures = this.misses = this.refusals = 0;
      this.ports.state(this.kinds[this.kind] === 'poll' ? 'polling' : 'online');
      this.watch();
      this.ports.frame(frame);
      this.ports.up(from);
      return;
    }
    if (frame.t === 'messages' && frame.cursor) this.cursor = frame.cursor;
    this.ports.frame(frame);
  }

  /** Notices when nothing is heard any more; polling notices by itself. */
  private watch(): void {
    const { platform } = this.ports;
    if (this.kinds[this.kind] === 'poll') {
      if (this.kinds.length > 1) this.forgets.push(platform.after(better, () => this.improve()));
      return;
    }
    const look = () => {
      if (platform.now() - this.heardAt > 2 * this.heartbeat) return this.lose();
      this.link?.say({ t: 'ping' });
      this.forgets.push(platform.after(this.heartbeat, look));
    };
    this.forgets.push(platform.after(this.heartbeat, look));
  }

  private improve(): void {
    this.kind = 0;
    this.misses = 1; // one more, and it is the next kind
    this.drop();
    this.connect();
  }

  private lose(): void {
    this.ended({ code: 0 });
  }

  private ended(why: Ending): void {
    const stood = this.stands;
    this.drop();
    if (!this.wanted) return;
    if (why.code === 4403 || /^(invalid_auth|invalid_session|origin_not_allowed)$/.test(why.error ?? '') || why.code === 4401) {
      void this.refuse(why.code === 4403 ? 'origin_not_allowed' : why.error || 'invalid_auth');
      return;
    }
    this.failures++;
    if (!stood && ++this.misses >= 2 && this.kind < this.kinds.length - 1 && this.ports.platform.online()) {
      this.kind++;
      this.misses = 0;
    }
    const { random } = this.ports.platform;
    const wait = why.code === 1001 ? random() * 5000 : backoff(this.failures, random());
    this.later(Math.max(wait, why.wait ?? 0));
  }

  private async refuse(code: string): Promise<void> {
    const round = this.round;
    this.failures++;
    const again = await this.ports.refused(code);
    if (round !== this.round || !this.wanted) return;
    if (!again) return this.stop();
    this.later(this.refusals++ ? backoff(this.refusals + 2, this.ports.platform.random()) : 0);
  }

  private later(ms: number): void {
    this.ports.state(this.failures > 1 || !this.ports.platform.online() ? 'offline' : 'connecting');
    this.forgets.push(this.ports.platform.after(ms, () => this.connect()));
  }

  private happened(what: string): void {
    if (!this.wanted) return;
    if (what === 'offline') {
      this.drop();
      this.ports.state('offline');
    } else if (this.link) {
      this.check();
    } else if (what !== 'visibilitychange' || this.ports.platform.foreground()) {
      this.clearTimers();
      this.failures = Math.min(this.failures, 1);
      this.connect();
    }
  }

  /** A connection may have died while the device slept: it has five seconds to answer. */
  private check(): void {
    const { platform } = this.ports;
    if (!this.stands || !platform.foreground() || platform.now() - this.heardAt < this.heartbeat) return;
    const before = this.heardAt;
    if (!this.link?.say({ t: 'ping' })) return this.lose();
    this.forgets.push(platform.after(5000, () => this.heardAt === before && this.lose()));
  }

  private drop(): void {
    this.clearTimers();
    this.round++;
    this.link?.close();
    this.link = null;
    if (!this.stands) return;
    this.stands = false;
    this.ports.down();
  }

  private clearTimers(): void {
    for (const forget of this.forgets) forget();
    this.forgets = [];
  }
}

function kindsOf({ platform }: LivePorts, offered: { websocket?: boolean; events?: boolean }): Kind[] {
  const kinds: Kind[] = ['poll'];
  if (offered.events !== false) kinds.unshift('stream');
  if (offered.websocket !== false && platform.WebSocket) kinds.unshift('socket');
  return kinds;
}
