type Listener = (...args: any[]) => void;

/** The page's listeners. One that throws does not keep the others from hearing. */
export class Events {
  private readonly listeners = new Map<string, Listener[]>();
  private held: Array<() => void> | null = [];

  on(event: string, f: Listener): void {
    if (typeof f === 'function') this.listeners.set(event, [...(this.listeners.get(event) ?? []), f]);
  }

  /** Without f all listeners of the event; without an event all there are. */
  off(event?: string, f?: Listener): void {
    if (event === undefined) this.listeners.clear();
    else if (!f) this.listeners.delete(event);
    else this.listeners.set(event, (this.listeners.get(event) ?? []).filter((own) => own !== f));
  }

  /** Keeps events until release, so that ready is the first one that a page hears. */
  hold(): void {
    this.held ??= [];
  }

  release(): void {
    const held = this.held ?? [];
    this.held = null;
    for (const tell of held) tell();
  }

  emit(event: string, ...args: unknown[]): void {
    if (this.held) this.held.push(() => this.tell(event, args));
    else this.tell(event, args);
  }

  /** Tells at once, held or not. */
  tell(event: string, args: unknown[]): void {
    for (const f of this.listeners.get(event) ?? []) {
      try {
        f(...args);
      } catch (why) {
        console.error(why);
      }
    }
  }
}
