import type { Conversation, Mount } from '../model';
import { MessengerError } from './error';
import { Events } from './events';
import { Messenger } from './messenger';
import { readOptions, type Delegate, type Wire } from './options';
import { browser } from './platform';
import { sdkVersion } from './device';

/** The public API, as the loader hands it to the page. */
export function makeApi(server: string, mount: Mount): Record<string, unknown> {
  const events = new Events();
  let m: Messenger | null = null;
  let rendered: Element | null = null;
  let predefined = '';
  let laterDelegate: Delegate | null = null;

  const debug = (message: string, data?: unknown) => events.tell('log:debug', [{ timestamp: Date.now(), message, data }]);

  function here(): Messenger {
    if (!m) throw new MessengerError('not_initialized', 'call init first');
    return m;
  }

  /** v1.1 knows one conversation; the id of any other is refused. */
  function conversation(id?: unknown): Conversation | null {
    const { model } = here().state;
    if (id !== undefined && id !== null && id !== model.conversation?._id) {
      throw new MessengerError('conversation_not_found', 'there is no conversation of this id', 404);
    }
    return model.conversation;
  }

  function shape(c: Conversation | null): Wire | undefined {
    if (!c) return undefined;
    const { shapes, talk, state } = here();
    return shapes.conversation(c, talk.messages.filter((message) => message._id), state.model.user);
  }

  function end(): void {
    m?.destroy();
    m = null;
  }

  return {
    version: sdkVersion,

    async init(given: unknown): Promise<void> {
      const options = readOptions(given);
      end();
      events.hold();
      const made = (m = new Messenger(server, options, events, browser(debug), mount));
      if (laterDelegate) made.delegate = laterDelegate;
      try {
        await made.init();
      } catch (why) {
        if (m === made) end();
        throw why;
      }
      if (m !== made) return;
      if (rendered) made.render(rendered);
      if (predefined) made.state.set({ predefined });
      // Not inside init: listeners may be added by whoever waits for it.
      setTimeout(() => {
        if (m !== made) return;
        events.tell('ready', []);
        events.release();
      });
    },

    login: async (userId: unknown, jwt?: string) => {
      if (typeof userId !== 'string' || !userId) throw new MessengerError('bad_request', 'userId must be a text', 0, 'userId');
      await here().login(userId, jwt);
    },
    logout: async () => here().logout(),

    on: (event: string, f: (...args: unknown[]) => void) => events.on(event, f),
    off: (event?: string, f?: (...args: unknown[]) => void) => events.off(event, f),

    open: () => m?.open(),
    close: () => m?.close(),
    isOpened: () => m?.state.model.open ?? false,

    render(element: unknown): void {
      if (!(element instanceof Element)) throw new MessengerError('bad_request', 'render needs an element', 0, 'element');
      rendered = element;
      m?.render(element);
    },

    async destroy(): Promise<void> {
      if (!m) return;
      end();
      rendered = null;
      predefined = '';
      laterDelegate = null;
      events.tell('destroy', []);
      events.off();
    },

    async sendMessage(message: unknown, id?: string): Promise<Wire> {
      conversation(id);
      const { outgoing, shapes } = here();
      return shapes.message(await outgoing.send(toWire(message)));
    },

    async startConversation(): Promise<void> {
      await here().start('conversation:start');
    },

    async createConversation(given: { messages?: unknown[] } = {}): Promise<Wire | undefined> {
      await here().start('conversation:start');
      for (const message of given.messages ?? []) await here().outgoing.send(toWire(message));
      return shape(conversation());
    },

    async updateConversation(): Promise<never> {
      throw new MessengerError('not_supported', "a conversation's name and picture are the business's");
    },

    getConversation: () => (m ? shape(m.state.model.conversation) : undefined),
    getDisplayedConversation: () => {
      const shown = m && (m.state.model.open || m.state.model.embedded);
      return (shown && shape(m!.state.model.conversation)) || null;
    },
    getConversationById: async (id?: string) => shape(conversation(id)),
    getConversations: (offset = 0) => {
      const only = m && !offset ? shape(m.state.model.conversation) : undefined;
      return only ? [only] : [];
    },
    getMoreConversations: async () => [],
    hasMoreConversations: () => false,
    loadConversation: async (id?: string) => void conversation(id),

    async updateUser(user: unknown): Promise<Wire | undefined> {
      if (!user || typeof user !== 'object') throw new MessengerError('bad_request', 'updateUser needs an object', 0, 'user');
      const { shapes, state } = here();
      await here().updateUser(shapes.readUser(user as Wire));
      return state.model.user ? shapes.user(state.model.user) : undefined;
    },
    getUser: () => (m?.state.model.user ? m.shapes.user(m.state.model.user) : undefined),

    async triggerPostback(actionId: string, id?: string): Promise<void> {
      conversation(id);
      await here().outgoing.postback({ _id: actionId });
    },
    async markAllAsRead(id?: string): Promise<void> {
      conversation(id);
      await here().markAllAsRead();
    },
    async startTyping(id?: string): Promise<void> {
      conversation(id);
      here().typing.start();
    },
    async stopTyping(id?: string): Promise<void> {
      conversation(id);
      here().typing.stop();
    },

    setPredefinedMessage(message: unknown): void {
      predefined = String(message ?? '');
      m?.state.set({ predefined });
    },
    showNotificationChannelPrompt: () => m?.invite(),
    setDelegate(delegate: Delegate): void {
      laterDelegate = delegate;
      m?.setDelegate(delegate);
    },
  };

  /** A message of the page's code, with our names. */
  function toWire(message: unknown): unknown {
    return message && typeof message === 'object' ? here().shapes.readMessage(message as Wire) : message;
  }
}
