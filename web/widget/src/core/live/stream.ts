import { MessengerError, codeOf } from '../error';
import type { Http } from '../http';
import { parse } from '../http';
import type { Platform } from '../platform';
import { readFrame, type Link, type LinkEvents } from './link';

/** Server-sent events, read from a fetch, because an EventSource sends no headers. */
export function openStream(
  platform: Platform,
  http: Http,
  query: Record<string, string | undefined>,
  events: LinkEvents,
): Link {
  const aborter = new AbortController();
  let over = false;
  let error: string | undefined;

  const end = (why?: unknown) => {
    if (over) return;
    over = true;
    events.ended({ code: 0, error: error ?? codeOf(why), wait: why instanceof MessengerError ? why.wait : undefined });
  };
  const read = async () => {
    const answer = await platform.fetch(http.url('/events', query), {
      headers: { ...http.headers(), Accept: 'text/event-stream' },
      signal: aborter.signal,
      credentials: 'omit',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
    });
    if (!answer.ok || !answer.body) {
      parse({ status: answer.ok ? 500 : answer.status, text: await answer.text(), retryAfter: answer.headers.get('Retry-After') });
      return;
    }
    const reader = answer.body.getReader();
    const lines = new Lines((text) => {
      const frame = readFrame(text);
      if (frame?.t === 'error') error = frame.code;
      else if (frame && !over) events.frame(frame);
    });
    const decoder = new TextDecoder();
    for (;;) {
      const { done, value } = await reader.read();
      if (done || over) return;
      events.heard();
      lines.feed(decoder.decode(value, { stream: true }));
    }
  };
  read().then(() => end(), end);

  return {
    say: () => false,
    close() {
      over = true;
      aborter.abort();
    },
  };
}

/** Takes a stream of events apart: calls f with the data of each. */
export class Lines {
  private rest = '';
  private data: string[] = [];

  constructor(private readonly f: (data: string) => void) {}

  feed(text: string): void {
    // A line may end with CR LF, and the chunk between them.
    const lines = (this.rest + text).split(/\r\n|\n|\r(?!$)/);
    this.rest = lines.pop() ?? '';
    for (const line of lines) this.line(line);
  }

  private line(line: string): void {
    if (line.startsWith('data:')) this.data.push(line.slice(line[5] === ' ' ? 6 : 5));
    else if (!line && this.data.length) {
      const data = this.data.join('\n');
      this.data = [];
      this.f(data);
    }
  }
}
