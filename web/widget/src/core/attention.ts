import type { Platform } from './platform';

export interface AttentionPorts {
  platform: Platform;
  /** The conversation is open. */
  open(): boolean;
  foreground(on: boolean): void;
  seen(cursor: string): void;
  read(): void;
}

/** Whether a person looks, and what they have seen and read by that. */
export class Attention {
  private on: boolean;
  private inView = false;
  private cursor = '';
  private told = '';
  private waiting = false;
  private readonly unlisten: () => void;

  constructor(private readonly ports: AttentionPorts) {
    this.on = ports.platform.foreground();
    this.unlisten = ports.platform.listen('focus blur visibilitychange pageshow pagehide', () => this.look());
  }

  /** A person has the conversation before them. */
  get here(): boolean {
    return this.ports.open() && this.ports.platform.foreground();
  }

  /** Messages came: nobody has looked at the newest one yet. */
  came(cursor: string): void {
    this.cursor = cursor || this.cursor;
    this.inView = false;
    this.see();
  }

  /** The newest message is in view, if somebody looks. */
  viewed(): void {
    this.inView = true;
    this.look();
    if (this.here) this.ports.read();
  }

  hidden(): void {
    this.inView = false;
  }

  /** Another user is here. */
  reset(cursor: string): void {
    this.cursor = cursor;
    this.told = '';
    this.inView = false;
    this.see();
  }

  stop(): void {
    this.unlisten();
  }

  private look(): void {
    const on = this.ports.platform.foreground();
    if (on === this.on) return;
    this.on = on;
    this.ports.foreground(on);
    this.see();
    if (this.inView && this.here) this.ports.read();
  }

  /** What reached a page that somebody looks at needs no push; told once a second at most. */
  private see(): void {
    if (!this.on || !this.cursor || this.cursor === this.told || this.waiting) return;
    this.waiting = true;
    this.told = this.cursor;
    this.ports.seen(this.cursor);
    this.ports.platform.after(1000, () => {
      this.waiting = false;
      this.see();
    });
  }
}
