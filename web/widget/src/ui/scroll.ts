import { useRef, useState } from 'preact/hooks';
import type { Message } from '../model';
import { keyOf } from './group';

/**
 * The scroller stands upside down (column-reverse): its offset is 0 at the
 * newest message, and stays so when something is added above or below. What
 * comes above never moves what a person reads.
 */
export interface Scroll {
  box: { current: HTMLDivElement | null };
  atEnd: boolean;
  onScroll(): void;
  toEnd(smooth?: boolean): void;
}

const near = 48; // pixels from an end that count as being there

export function useScroll(onTop: () => void): Scroll {
  const box = useRef<HTMLDivElement>(null);
  const [atEnd, setAtEnd] = useState(true);
  const onScroll = () => {
    const el = box.current;
    if (!el) return;
    const fromEnd = Math.abs(el.scrollTop);
    setAtEnd(fromEnd < near);
    if (el.scrollHeight - el.clientHeight - fromEnd < 300 && el.scrollHeight > el.clientHeight) onTop();
  };
  const toEnd = (smooth = false) => {
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    box.current?.scrollTo({ top: 0, behavior: smooth && !calm ? 'smooth' : 'auto' });
    setAtEnd(true);
  };
  return { box, atEnd, onScroll, toEnd };
}

const page = 60; // messages that are drawn at first, and more at a time

/** Which part of a long conversation is drawn: from one message to the newest. */
export function useWindow(messages: Message[], atEnd: boolean): { start: number; grow(): boolean } {
  const kept = useRef<{ from: string | null; oldest: string | null }>({ from: null, oldest: null });
  const [, redraw] = useState(0);
  const start = startOf(messages, kept.current, atEnd);
  kept.current = { from: keyAt(messages, start), oldest: keyAt(messages, 0) };
  const grow = () => {
    if (start === 0) return false;
    kept.current.from = keyAt(messages, Math.max(0, start - page));
    redraw((n) => n + 1);
    return true;
  };
  return { start, grow };
}

const keyAt = (messages: Message[], index: number) => (messages[index] ? keyOf(messages[index]) : null);

/** Where drawing starts now, after it started at `from` of a conversation that began with `oldest`. */
export function startOf(messages: Message[], was: { from: string | null; oldest: string | null }, atEnd: boolean): number {
  const newest = Math.max(0, messages.length - page);
  const found = was.from === null ? -1 : messages.findIndex((m) => keyOf(m) === was.from);
  if (found < 0) return newest;
  // Who had reached the beginning sees what was loaded in front of it.
  const start = was.from === was.oldest ? Math.max(0, found - page) : found;
  return atEnd && messages.length - start > 3 * page ? newest : start;
}
