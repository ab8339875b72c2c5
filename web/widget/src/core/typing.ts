import type { Platform } from './platform';

const again = 5_000; // while a person types on
const quiet = 10_000; // after the last key

/** Tells that a person types: not with every key, and never for ever. */
export class Typing {
  private on = false;
  private toldAt = 0;
  private forget = () => {};

  constructor(
    private readonly platform: Platform,
    private readonly tell: (on: boolean) => void,
  ) {}

  start(): void {
    this.forget();
    this.forget = this.platform.after(quiet, () => this.stop());
    const now = this.platform.now();
    if (this.on && now - this.toldAt < again) return;
    this.on = true;
    this.toldAt = now;
    this.tell(true);
  }

  stop(): void {
    this.forget();
    if (!this.on) return;
    this.on = false;
    this.tell(false);
  }

  /** Ends without a word: a message says the same. */
  end(): void {
    this.forget();
    this.on = false;
  }
}
