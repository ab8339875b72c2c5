import type { Message } from '../model';
import { dayOf } from './format';

/** A message and where it stands among its neighbours. */
export interface Row {
  key: string;
  message: Message;
  startsDay: boolean;
  startsUnread: boolean;
  first: boolean; // of what its author said in one go
  last: boolean;
}

const pause = 5 * 60; // seconds after which the same author starts anew

/** Stays the same when the server has accepted what this device said. */
export const keyOf = (m: Message): string => m.nonce ?? m._id;

/** The rows of a part of the conversation. before is the message in front of it. */
export function rowsOf(messages: Message[], unreadKey: string | null, before?: Message): Row[] {
  const rows: Row[] = [];
  let previous = before;
  for (const message of messages) {
    const startsDay = !previous || dayOf(previous.received) !== dayOf(message.received);
    const startsUnread = keyOf(message) === unreadKey;
    const first = startsDay || startsUnread || !previous || !together(previous, message);
    const above = rows[rows.length - 1];
    if (above) above.last = first;
    rows.push({ key: keyOf(message), message, startsDay, startsUnread, first, last: true });
    previous = message;
  }
  return rows;
}

function together(a: Message, b: Message): boolean {
  return (
    a.role === b.role &&
    (a.role === 'appUser' || (a.name === b.name && a.avatarUrl === b.avatarUrl)) &&
    Math.abs(b.received - a.received) < pause &&
    (a.state === 'failed') === (b.state === 'failed')
  );
}

/** The oldest of the newest `unread` messages of the business; null when there is none. */
export function firstUnread(messages: Message[], unread: number): string | null {
  let key: string | null = null;
  for (let i = messages.length - 1, left = unread; i >= 0 && left > 0; i--) {
    const m = messages[i] as Message;
    if (m.role !== 'appMaker') continue;
    key = keyOf(m);
    left--;
  }
  return key;
}

/** The messages of the business that came after the one with this key. */
export function arrivedSince(messages: Message[], key: string | null): Message[] {
  const fresh: Message[] = [];
  for (let i = messages.length - 1; i >= 0; i--) {
    const m = messages[i] as Message;
    if (keyOf(m) === key) return fresh.reverse();
    if (m.role === 'appMaker') fresh.push(m);
  }
  return key === null ? fresh.reverse() : []; // the place is gone: nothing can be said to be new
}
