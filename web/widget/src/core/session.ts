import { MessengerError, codeOf } from './error';
import { Http, type Credentials } from './http';
import type { Platform } from './platform';
import type { Store } from './storage';
import type { Opened } from './wire';

interface Kept {
  token: string;
  verified: boolean;
  userId?: string; // of the business
}

export interface Identity {
  userId?: string;
  jwt?: string;
  authCode?: string;
}

export interface SessionPorts {
  platform: Platform;
  storage: Store;
  base: string;
  /** What init is told of the browser may not take long to find out. */
  device: (hurried: boolean) => unknown;
  /** The page's delegate, if it can give a new token. */
  askJwt: () => (() => string | Promise<string>) | undefined;
  /** Runs f while no other tab runs one of the same name. */
  exclusively<T>(f: () => Promise<T>): Promise<T>;
  /** The session ended without our doing. */
  ended(): void;
  /** The page gave a new JWT. */
  renewed(jwt: string): void;
}

/**
 * Who this browser is to the server: nobody, an anonymous user, or a user of
 * the business. A browser is nobody until a person says something or the page
 * asks for a conversation.
 */
export class Session implements Credentials {
  readonly http: Http;
  private identity: Identity = {};
  private starting: Promise<Opened> | null = null;
  private renewing: Promise<boolean> | null = null;

  constructor(private readonly ports: SessionPorts) {
    this.http = new Http(ports.base, ports.platform, this);
  }

  token(): string | undefined {
    return this.kept?.token;
  }

  jwt(): string | undefined {
    return this.identity.jwt;
  }

  get userId(): string | undefined {
    return this.identity.userId;
  }

  /** What a page does first. */
  async init(identity: Identity): Promise<Opened> {
    this.identity = { ...identity };
    try {
      return await this.open('/init');
    } catch (why) {
      if (codeOf(why) === 'network' && (await this.http.barred())) {
        throw new MessengerError('origin_not_allowed', 'the integration is not for pages of this origin', 403);
      }
      // A user's session, on a page that has no token for it: go on as nobody.
      if (codeOf(why) !== 'invalid_auth' || identity.userId || !this.kept) throw why;
      this.keep(null);
      return await this.open('/init');
    } finally {
      delete this.identity.authCode;
    }
  }

  /** The user and the conversation, made if they are not there yet. */
  start(intent: 'conversation:start' | 'message'): Promise<Opened> {
    this.starting ??= this.ports
      .exclusively(() => this.open('/start', { intent }))
      .finally(() => (this.starting = null));
    return this.starting;
  }

  /** Resolves when no start is on its way. */
  async settled(): Promise<void> {
    await this.starting?.catch(() => {});
  }

  async login(userId: string, jwt?: string): Promise<Opened> {
    const before = this.identity;
    this.identity = { userId, jwt };
    try {
      return await this.ports.exclusively(() => this.open('/login'));
    } catch (why) {
      this.identity = before;
      throw why;
    }
  }

  /** Ends the session; here even when the server does not hear of it. */
  async logout(): Promise<void> {
    try {
      if (this.kept) await this.http.call('/logout', { body: { push: 'all' }, tries: 2, timeout: 10_000 });
    } catch (why) {
      this.ports.platform.debug('logout', why);
    } finally {
      this.keep(null);
      this.identity = {};
    }
  }

  /** The session that another tab opened; this page's own token, if that tab told one. */
  adopt(jwt?: string): void {
    const kept = this.kept;
    this.identity = kept?.userId || jwt ? { userId: kept?.userId ?? this.identity.userId, jwt: jwt ?? this.identity.jwt } : {};
  }

  async renew(refused: string | undefined): Promise<boolean> {
    if (this.identity.jwt !== refused) return true; // somebody else was quicker
    const ask = this.ports.askJwt();
    if (!ask) return false;
    this.renewing ??= (async () => {
      try {
        const jwt = await ask();
        if (typeof jwt !== 'string' || !jwt) return false;
        this.identity.jwt = jwt;
        this.ports.renewed(jwt);
        return true;
      } catch (why) {
        this.ports.platform.debug('onInvalidAuth', why);
        return false;
      } finally {
        this.renewing = null;
      }
    })();
    return this.renewing;
  }

  async lost(token: string): Promise<boolean> {
    const now = this.kept?.token;
    if (now && now !== token) return true; // another tab has opened a newer one
    this.keep(null);
    this.ports.ended();
    return false;
  }

  private async open(path: string, extra: Record<string, unknown> = {}): Promise<Opened> {
    const token = this.token();
    const { userId, authCode } = this.identity;
    const body = { device: this.ports.device(path === '/init'), userId, authCode, ...extra };
    const opened = await this.http.call<Opened>(path, { body, tries: 3 });
    if (!opened || typeof opened !== 'object') throw new MessengerError('internal_error', 'the server answered nothing');
    const next = opened.session ? opened.session.token || token : undefined;
    this.keep(next && opened.session ? { token: next, verified: opened.session.verified, userId: opened.user?.userId } : null);
    return opened;
  }

  // The storage is the truth, because tabs share it.
  private get kept(): Kept | null {
    const kept = this.ports.storage.get<Kept>('session');
    return kept && typeof kept.token === 'string' ? kept : null;
  }

  private keep(kept: Kept | null): void {
    this.ports.storage.set('session', kept);
  }
}

/** When a JWT ends, in milliseconds; undefined when it does not say. */
export function jwtEnds(jwt: string | undefined): number | undefined {
  try {
    const claims = JSON.parse(atob(jwt!.split('.')[1].replace(/-/g, '+').replace(/_/g, '/')));
    return typeof claims.exp === 'number' ? claims.exp * 1000 : undefined;
  } catch {
    return undefined;
  }
}
