import { MessengerError, codeOf, temporary } from '../error';
import type { Http } from '../http';
import type { Platform } from '../platform';
import type { Page } from '../wire';
import type { Link, LinkEvents } from './link';

const quick = 3_000; // after something came
const slow = 30_000; // when nothing comes for long

/** Asks for messages again and again, where nothing better gets through. */
export function openPoll(platform: Platform, http: Http, cursor: string, events: LinkEvents): Link {
  let over = false;
  let wait = quick;
  let forget = () => {};
  let ready = false;
  let lost = 0; // answers in a row

  const end = (why: unknown) => {
    if (over) return;
    over = true;
    events.ended({ code: 0, error: codeOf(why), wait: why instanceof MessengerError ? why.wait : undefined });
  };
  const ask = async () => {
    const page = await http.call<Page>('/messages', { query: { after: cursor, limit: 100 } });
    if (over) return;
    events.heard();
    lost = 0;
    if (!ready) {
      ready = true;
      events.frame({ t: 'ready' });
    }
    const { messages, conversation } = page;
    if (messages.length) {
      cursor = page.cursor || cursor;
      events.frame({ t: 'messages', messages, cursor, conversation: conversation ?? undefined, live: !page.hasMore });
      wait = quick;
    } else {
      if (conversation) events.frame({ t: 'conversation', conversation });
      wait = Math.min(slow, wait * 1.3);
    }
    forget = platform.after(page.hasMore && messages.length ? 0 : wait, run);
  };
  const run = () => {
    ask().catch((why) => {
      // One lost answer is no reason to give up.
      if (!ready || !temporary(why) || ++lost > 1) end(why);
      else if (!over) forget = platform.after(Math.max((why as MessengerError).wait ?? 0, quick), run);
    });
  };
  run();
  return {
    say: () => false,
    close() {
      over = true;
      forget();
    },
  };
}
