import type { Message } from '../model';
import type { Store } from './storage';

export type Word =
  | { type: 'session'; jwt?: string } // another user is here, or nobody
  | { type: 'read' }
  | { type: 'sent'; message: Message };

/** Keeps the tabs of one browser in step. */
export class Tabs {
  private readonly channel: BroadcastChannel | null = null;
  private unlisten = () => {};

  constructor(
    name: string,
    private readonly storage: Store,
    hear: (word: Word) => void,
  ) {
    if (typeof BroadcastChannel === 'function') {
      this.channel = new BroadcastChannel(name);
      this.channel.onmessage = (event) => hear(event.data as Word);
      return;
    }
    // Older browsers: what is stored is told to the other tabs. Tokens are not stored.
    const f = (event: StorageEvent) => {
      if (event.key !== storage.name('word') || !event.newValue) return;
      const word = storage.get<{ word: Word }>('word');
      if (word) hear(word.word);
    };
    window.addEventListener('storage', f);
    this.unlisten = () => window.removeEventListener('storage', f);
  }

  tell(word: Word): void {
    if (this.channel) this.channel.postMessage(word);
    else this.storage.set('word', { word: word.type === 'session' ? { type: 'session' } : word, at: Date.now() + Math.random() });
  }

  stop(): void {
    this.channel?.close();
    this.unlisten();
  }
}

/** Runs f while no other tab runs one under this name, where the browser can tell. */
export function exclusively<T>(name: string, f: () => Promise<T>): Promise<T> {
  const locks = navigator.locks;
  return locks ? (locks.request(name, f) as Promise<T>) : f();
}
