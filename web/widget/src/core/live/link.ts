import type { Frame, Said } from '../wire';

/** One connection, of whatever kind. It ends once, by close or by itself. */
export interface Link {
  /** False when this kind of connection cannot say it. */
  say(said: Said): boolean;
  close(): void;
}

export interface LinkEvents {
  frame(frame: Frame): void;
  /** Something was heard, be it only a heartbeat. */
  heard(): void;
  /** Not told after close(). */
  ended(why: Ending): void;
}

export interface Ending {
  /** A WebSocket's close code; 0 where there is none. */
  code: number;
  /** The error that the server told before. */
  error?: string;
  /** Milliseconds that the server asks to wait. */
  wait?: number;
}

export function readFrame(text: string): Frame | null {
  try {
    const frame = JSON.parse(text);
    return frame && typeof frame.t === 'string' ? frame : null;
  } catch {
    return null;
  }
}
