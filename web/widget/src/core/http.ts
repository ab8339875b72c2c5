import { backoff } from './backoff';
import { MessengerError, codeOf, temporary } from './error';
import { sleep, type Platform } from './platform';

/** Who is asking; the session keeps it. */
export interface Credentials {
  token(): string | undefined;
  jwt(): string | undefined;
  /** Asks the page for a new JWT; false when there is none to be had. */
  renew(refused: string | undefined): Promise<boolean>;
  /** The token is no longer good; true when there is another one to try. */
  lost(token: string): Promise<boolean>;
}

export interface Call {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  body?: unknown;
  query?: Record<string, string | number | undefined>;
  /** Makes it safe to repeat a POST. */
  key?: string;
  /** How often it is tried while errors are temporary; 1 unless told. */
  tries?: number;
  timeout?: number; // milliseconds
  /** Lives on when the page goes. */
  keepalive?: boolean;
  /** Sent without the session: what is wanted is one. */
  anonymous?: boolean;
}

export interface Answer {
  status: number;
  text: string;
  retryAfter: string | null;
}

/** The calls of the SDK protocol, with the errors that they may have. */
export class Http {
  constructor(
    readonly base: string, // {server}/sdk/v1/{integrationId}
    private readonly platform: Platform,
    private readonly credentials: Credentials,
  ) {}

  url(path: string, query: Call['query'] = {}): string {
    const asked = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
    const text = asked.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&');
    return this.base + path + (text ? '?' + text : '');
  }

  headers(call: Call = {}): Record<string, string> {
    const headers: Record<string, string> = {};
    const token = this.credentials.token();
    const jwt = this.credentials.jwt();
    if (token && !call.anonymous) headers['X-Heliograph-Session'] = token;
    if (jwt) headers.Authorization = 'Bearer ' + jwt;
    if (call.key) headers['Idempotency-Key'] = call.key;
    return headers;
  }

  async call<T>(path: string, call: Call = {}): Promise<T> {
    for (let failures = 1; ; failures++) {
      try {
        return await this.authorized<T>(() => this.once(path, call), call);
      } catch (why) {
        if (failures >= (call.tries ?? 1) || !temporary(why)) throw why;
        const wait = Math.min((why as MessengerError).wait ?? 0, 60_000);
        await sleep(this.platform, Math.max(wait, backoff(failures, this.platform.random())));
      }
    }
  }

  /** Runs a request; once more when a new token or session may help. */
  async authorized<T>(request: () => Promise<Answer>, call: Call = {}): Promise<T> {
    const token = this.credentials.token();
    const jwt = this.credentials.jwt();
    try {
      return parse<T>(await request());
    } catch (why) {
      const again =
        codeOf(why) === 'invalid_auth'
          ? await this.credentials.renew(jwt)
          : codeOf(why) === 'invalid_session' && token && !call.anonymous
            ? await this.credentials.lost(token)
            : false;
      if (!again) throw why;
      return parse<T>(await request());
    }
  }

  /** Whether the server can be reached, but does not let pages of this origin read what it answers. */
  async barred(): Promise<boolean> {
    const answers = (mode: RequestMode) =>
      this.platform.fetch(this.url('/config'), { mode, credentials: 'omit', cache: 'no-store', referrerPolicy: 'no-referrer' }).then(
        () => true,
        () => false,
      );
    return (await answers('no-cors')) && !(await answers('cors'));
  }

  private async once(path: string, call: Call): Promise<Answer> {
    const headers = this.headers(call);
    if (call.body !== undefined) headers['Content-Type'] = 'application/json';
    const aborter = new AbortController();
    const forget = this.platform.after(call.timeout ?? 30_000, () => aborter.abort());
    try {
      const answer = await this.platform.fetch(this.url(path, call.query), {
        method: call.method ?? (call.body === undefined ? 'GET' : 'POST'),
        headers,
        body: call.body === undefined ? undefined : JSON.stringify(call.body),
        signal: aborter.signal,
        keepalive: call.keepalive,
        credentials: 'omit',
        cache: 'no-store',
        referrerPolicy: 'no-referrer',
      });
      return { status: answer.status, text: await answer.text(), retryAfter: answer.headers.get('Retry-After') };
    } catch {
      throw new MessengerError('network', 'the server could not be reached');
    } finally {
      forget();
    }
  }
}

/** The body of an answer, or the error that it tells of. */
export function parse<T>(answer: Answer): T {
  let body: any = null;
  try {
    body = answer.text ? JSON.parse(answer.text) : null;
  } catch {
    // an answer of something in between, most likely
  }
  if (answer.status >= 200 && answer.status < 300) return body as T;
  const error = body && typeof body.error === 'object' && body.error ? body.error : {};
  const seconds = Number(answer.retryAfter ?? NaN);
  throw new MessengerError(
    String(error.code ?? (answer.status >= 500 ? 'internal_error' : 'bad_request')),
    String(error.description ?? `the server answered ${answer.status}`),
    answer.status,
    error.field,
    Number.isFinite(seconds) ? seconds * 1000 : undefined,
  );
}
