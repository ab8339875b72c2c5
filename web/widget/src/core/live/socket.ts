import type { Platform } from '../platform';
import { readFrame, type Link, type LinkEvents } from './link';
import type { Said } from '../wire';

/** A WebSocket. The hello is its first frame. */
export function openSocket(platform: Platform, url: string, hello: () => Said, events: LinkEvents): Link {
  let error: string | undefined;
  let over = false;
  let socket: WebSocket | null = null;

  const end = (code: number) => {
    if (over) return;
    over = true;
    events.ended({ code, error });
  };
  const say = (said: Said): boolean => {
    if (over || !socket || socket.readyState !== 1) return false;
    socket.send(JSON.stringify(said));
    return true;
  };

  try {
    socket = new platform.WebSocket!(url.replace(/^http/, 'ws'));
  } catch {
    // The page's policy forbids it, most likely.
    platform.after(0, () => end(0));
    return { say: () => false, close: () => (over = true) };
  }
  socket.onopen = () => void say(hello());
  socket.onmessage = (event) => {
    if (over) return;
    events.heard();
    const frame = typeof event.data === 'string' ? readFrame(event.data) : null;
    if (frame?.t === 'error') error = frame.code;
    else if (frame) events.frame(frame);
  };
  socket.onclose = (event) => end(event.code);
  socket.onerror = () => end(0);
  return {
    say,
    close() {
      over = true;
      socket?.close(1000);
    },
  };
}
