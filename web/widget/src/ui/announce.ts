import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Message, Model } from '../model';
import { spoken } from './content';
import { arrivedSince, keyOf } from './group';

interface Line {
  id: number;
  text: string;
}

const kept = 5; // lines; older ones have long been spoken
const most = 3; // messages that are read out in one go

const none: Message[] = [];

/**
 * What a screen reader says of its own accord: what arrives, whether or not
 * the panel is open. The conversation itself says nothing, so that neither
 * history nor what one wrote oneself is read out. `arrived` is what came last
 * since the panel was opened or closed.
 */
export function useAnnouncer(model: Model, open: boolean) {
  const [lines, setLines] = useState<Line[]>([]);
  const [arrived, setArrived] = useState<Message[]>(none);
  const counter = useRef(0);
  const last = useRef<{ key: string | null; user: string | undefined } | null>(null);
  const say = useCallback((text: string) => {
    const line = { id: ++counter.current, text };
    setLines((now) => [...now, line].slice(-kept));
  }, []);

  const { messages } = model;
  useEffect(() => {
    const newest = messages[messages.length - 1];
    const key = newest ? keyOf(newest) : null;
    const user = model.user?._id;
    const before = last.current;
    last.current = { key, user };
    if (!before || before.key === key || before.user !== user) return; // somebody else's past is no news
    const fresh = arrivedSince(messages, before.key);
    if (!fresh.length) return;
    setArrived(fresh);
    if (fresh.length > most) return say(model.text('ui.log.fresh', { count: fresh.length }));
    for (const m of fresh) {
      const name = m.name || model.businessName;
      say([name && model.text('ui.message.from', { name }), spoken(m, model.text)].filter(Boolean).join(' '));
    }
  }, [messages]);

  const dismiss = useCallback(() => setArrived(none), []);
  useEffect(dismiss, [open]);
  return { lines, say, arrived, dismiss };
}
