import type { Message } from '../model';

/**
 * A conversation's messages, oldest first, what this device is sending last.
 * Every function answers a new list, or the one it was given when nothing
 * changed; a message that changes is a new object.
 */
export type Timeline = Message[];

/** What the server told, put in: each message once, in order. */
export function merge(timeline: Timeline, told: Message[]): Timeline {
  if (!told.length) return timeline;
  const news = new Map(told.map((message) => [message._id, message]));
  const local: Message[] = [];
  const there: Message[] = [];
  for (const message of timeline) {
    if (!message._id) local.push(message);
    else there.push(blend(message, news.get(message._id)));
    news.delete(message._id);
  }
  for (const message of news.values()) {
    const twin = message.role === 'appUser' ? local.findIndex((own) => same(own, message)) : -1;
    there.push(twin < 0 ? message : { ...message, nonce: local[twin].nonce });
    if (twin >= 0) local.splice(twin, 1);
  }
  return [...there.sort((a, b) => a.received - b.received), ...local];
}

/** What the server made of the message that this device sent as nonce. */
export function confirm(timeline: Timeline, nonce: string, message: Message): Timeline {
  const rest = timeline.flatMap((own) => {
    if (own.nonce !== nonce) return [own];
    // A live connection brought another message that looks the same: it stays, and is not ours.
    return own._id && own._id !== message._id ? [{ ...own, nonce: undefined }] : [];
  });
  return merge(rest, [{ ...message, nonce }]);
}

/** Puts a message that is on its way to the end. */
export function append(timeline: Timeline, message: Message): Timeline {
  return [...timeline.filter((own) => own.nonce !== message.nonce), message];
}

/** Changes the message that this device sends as nonce, while it is on its way. */
export function update(timeline: Timeline, nonce: string, change: Partial<Message>): Timeline {
  return timeline.map((own) => (own.nonce === nonce && !own._id ? { ...own, ...change } : own));
}

/** Without the message that this device could not send. */
export function discard(timeline: Timeline, nonce: string): Timeline {
  return timeline.filter((own) => own.nonce !== nonce || own._id);
}

/** Without a message, or without all that the server has. */
export function remove(timeline: Timeline, id?: string): Timeline {
  return timeline.filter((own) => !own._id || (id !== undefined && own._id !== id));
}

/** A message that says something else now; one that is not shown is not added. */
export function change(timeline: Timeline, message: Message): Timeline {
  return timeline.some((own) => own._id === message._id) ? merge(timeline, [message]) : timeline;
}

/** Whether a timeline lacks a message. */
export function lacks(timeline: Timeline, message: Message): boolean {
  return !timeline.some((own) => own._id === message._id);
}

/** Of the messages the server has: where older ones begin. */
export function oldest(timeline: Timeline): Message | undefined {
  return timeline.find((own) => own._id && own.cursor);
}

// A message may come by two ways at once. What one of them lacks is kept.
function blend(old: Message, message: Message | undefined): Message {
  return message ? { ...message, cursor: message.cursor ?? old.cursor, nonce: message.nonce ?? old.nonce } : old;
}

// The server's echo of what is on its way comes before the answer, at times,
// and carries no nonce then.
function same(own: Message, told: Message): boolean {
  if (own.state !== 'sending' || own.type !== told.type) return false;
  if (told.nonce) return told.nonce === own.nonce;
  if (own.type === 'text') return (own.text ?? '').trim() === (told.text ?? '').trim() && own.payload === told.payload;
  if (own.type === 'formResponse') return own.quotedMessage?.content._id === told.quotedMessage?.content._id;
  return own.progress === undefined || own.progress === 1;
}
