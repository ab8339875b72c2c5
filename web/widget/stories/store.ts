import type { Actions, Message, Model, Store } from '../src/model';

/** A store without a server: it does what the interface asks as if all went well, and keeps what was asked. */
export interface FixedStore extends Store {
  calls: unknown[][];
  set(change: Partial<Model>): void;
}

export function fixedStore(start: Model): FixedStore {
  let model = start;
  const listeners = new Set<() => void>();
  const calls: unknown[][] = [];
  const set = (change: Partial<Model>) => {
    model = { ...model, ...change };
    listeners.forEach((f) => f());
  };
  const add = (message: Partial<Message>) => {
    const nonce = `n${model.messages.length}`;
    const said: Message = { _id: '', nonce, type: 'text', role: 'appUser', received: Date.now() / 1000, state: 'sending', ...message };
    set({ messages: [...model.messages, said] });
  };
  const effects: Partial<Actions> = {
    open: () => set({ open: true }),
    close: () => set({ open: false }),
    send: (text) => add({ text }),
    sendFile: (file) => add({ type: file.type.startsWith('image/') ? 'image' : 'file', altText: file.name, mediaSize: file.size, mediaUrl: URL.createObjectURL(file), progress: 0.4 }),
    loadOlder: () => set({ loadingMore: true }),
    discard: (message) => set({ messages: model.messages.filter((m) => m !== message) }),
    read: () => set({ unread: 0 }),
    act: (action) => void (action.type === 'reply' && add({ text: action.text })),
    submitForm: async (message) => set({ messages: model.messages.map((m) => (m === message ? { ...m, submitted: true } : m)) }),
    submitPrechat: async () => set({ prechat: null }),
    setProactive: async (on) => set({ proactive: on }),
    dismissNotice: () => set({ notice: null }),
    dismissPush: () => set({ askPush: false }),
    allowPush: () => set({ askPush: false, push: 'granted' }),
  };
  const actions = new Proxy({} as Actions, {
    get: (_, name) => (...args: never[]) => {
      calls.push([name, ...args]);
      return (effects[name as keyof Actions] as ((...a: never[]) => unknown) | undefined)?.(...args);
    },
  });
  return {
    get model() {
      return model;
    },
    actions,
    subscribe: (f) => {
      listeners.add(f);
      return () => listeners.delete(f);
    },
    calls,
    set,
  };
}
