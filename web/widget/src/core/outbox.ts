import type { Message } from '../model';
import { backoff } from './backoff';
import { temporary } from './error';
import type { Platform } from './platform';
import type { Store } from './storage';
import type { Posted } from './wire';

/** A message on its way: kept until the server has it, across reloads. */
export interface Letter {
  nonce: string; // also its Idempotency-Key
  owner: string; // the user's id when it was written; '' when there was none yet
  at: number; // when it was written, milliseconds
  body: Partial<Message>;
}

export interface OutboxPorts {
  platform: Platform;
  storage: Store;
  owner(): string;
  /** Makes sure that there is a user and a conversation, then posts. */
  post(letter: Letter): Promise<Posted>;
  sent(letter: Letter, posted: Posted): void;
  failed(letter: Letter, why: unknown): void;
}

// The server knows a key for a day. What is older is left for the person to send again.
const keyLives = 23 * 3600_000;
const tries = 5;
const most = 100; // letters kept

/** Sends messages one after the other, in the order in which they were written. */
export class Outbox {
  private readonly queue: Array<{ letter: Letter; resolve(m: Message): void; reject(why: unknown): void }> = [];
  private busy = false;
  private stopped = false;
  private readonly failing = new Map<string, Letter>();
  private wake: (() => void) | null = null;
  private readonly unlisten: () => void;

  constructor(private readonly ports: OutboxPorts) {
    this.unlisten = ports.platform.listen('online', () => this.wake?.());
  }

  /** What a former page could not send; what it may send again goes on its way. */
  restore(): Letter[] {
    const { storage, platform } = this.ports;
    const letters = storage
      .keys('out:')
      .map((key) => storage.get<Letter>(key))
      .filter((letter): letter is Letter => !!letter?.nonce && !!letter.body)
      .sort((a, b) => a.at - b.at);
    const mine = letters.filter((letter) => letter.owner === this.ports.owner() || !letter.owner);
    for (const letter of letters) if (!mine.includes(letter)) this.forget(letter.nonce);
    for (const letter of mine) {
      if (platform.now() - letter.at < keyLives) this.enqueue(letter).catch(() => {});
      else this.failing.set(letter.nonce, letter);
    }
    return mine;
  }

  write(body: Partial<Message>): { letter: Letter; done: Promise<Message> } {
    const { platform, storage } = this.ports;
    const letter: Letter = { nonce: platform.hex(16), owner: this.ports.owner(), at: platform.now(), body };
    if (storage.keys('out:').length < most) storage.set('out:' + letter.nonce, letter);
    return { letter, done: this.enqueue(letter) };
  }

  retry(nonce: string): boolean {
    const letter = this.failing.get(nonce);
    if (!letter) return false;
    this.failing.delete(nonce);
    if (this.ports.platform.now() - letter.at >= keyLives) letter.at = this.ports.platform.now();
    this.enqueue(letter).catch(() => {});
    return true;
  }

  discard(nonce: string): void {
    this.failing.delete(nonce);
    this.forget(nonce);
  }

  /** Forgets everything: another user is here now. */
  clear(): void {
    for (const key of this.ports.storage.keys('out:')) this.ports.storage.set(key, null);
    this.failing.clear();
    this.queue.length = 0;
  }

  stop(): void {
    this.stopped = true;
    this.unlisten();
    this.wake?.();
  }

  private enqueue(letter: Letter): Promise<Message> {
    const done = new Promise<Message>((resolve, reject) => this.queue.push({ letter, resolve, reject }));
    void this.run();
    return done;
  }

  private async run(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    for (let next = this.queue[0]; next && !this.stopped; next = this.queue[0]) {
      const { letter } = next;
      try {
        const posted = await this.deliver(letter);
        this.forget(letter.nonce);
        if (!this.stopped) this.ports.sent(letter, posted);
        next.resolve(posted.message);
      } catch (why) {
        if (!this.stopped) {
          this.failing.set(letter.nonce, letter);
          this.ports.failed(letter, why);
        }
        next.reject(why);
      }
      if (this.queue[0] === next) this.queue.shift();
    }
    this.busy = false;
  }

  private async deliver(letter: Letter): Promise<Posted> {
    for (let failures = 0; ; ) {
      if (!this.ports.platform.online()) await this.pause(60_000);
      try {
        return await this.ports.post(letter);
      } catch (why) {
        if (this.stopped || !temporary(why)) throw why;
        // Being without a network is no failure: the message waits.
        if (this.ports.platform.online() && ++failures >= tries) throw why;
        await this.pause(backoff(Math.max(failures, 1), this.ports.platform.random()));
      }
    }
  }

  /** Waits a time, or until the network is back. */
  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const forget = this.ports.platform.after(ms, () => this.wake?.());
      this.wake = () => {
        forget();
        this.wake = null;
        resolve();
      };
      if (this.stopped) this.wake();
    });
  }

  private forget(nonce: string): void {
    this.ports.storage.set('out:' + nonce, null);
  }
}
