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
 * What a screen reader says of its own accord: what arrived since the panel
 * was opened. The conversation itself says nothing, so that neither history
 * nor what one wrote oneself is read out.
 */
export function useAnnouncer(model: Model, open: boolean) {
  const [lines, setLines] = useState<Line[]>([]);
  const [arrived, setArrived] = useState<Message[]>(none);
  const counter = useRef(0);
  const last = useRef<string | null | undefined>(undefined);
  const say = useCallback((text: string) => {
    const line = { id: ++counter.current, text };
    setLines((now) => [...now, line].slice(-kept));
  }, []);

  const { messages } = model;
  useEffect(() => {
    const newest = messages[messages.length - 1];
    const key = newest ? keyOf(newest) : null;
    const before = last.current;
    last.current = key;
    if (!open || before === undefined || before === key) return;
    const fresh = arrivedSince(messages, before);
    if (!fresh.length) return;
    setArrived(fresh);
    if (fresh.length > most) return say(model.text('ui.log.fresh', { count: fresh.length }));
    for (const m of fresh) {
      const name = m.name || model.businessName;
      say([name && model.text('ui.message.from', { name }), spoken(m, model.text)].filter(Boolean).join(' '));
    }
  }, [messages, open]);

  useEffect(() => {
    if (!open) setLines([]);
  }, [open]);
  return { lines, say, arrived };
}
