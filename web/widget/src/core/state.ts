import type { Actions, Model, Store } from '../model';

/** The Store that the user interface watches. */
export class State implements Store {
  actions!: Actions;
  private watchers: Array<() => void> = [];

  constructor(public model: Model) {}

  set(change: Partial<Model>): void {
    const names = Object.keys(change) as Array<keyof Model>;
    if (names.every((name) => this.model[name] === change[name])) return;
    this.model = { ...this.model, ...change };
    for (const f of this.watchers) f();
  }

  subscribe(f: () => void): () => void {
    this.watchers = [...this.watchers, f];
    return () => {
      this.watchers = this.watchers.filter((own) => own !== f);
    };
  }
}
