import type { Conversation, Message, Model, User } from '../model';
import type { Shapes } from './compat';
import type { Events } from './events';
import type { Delegate } from './options';
import type { State } from './state';
import * as timeline from './timeline';
import type { Frame, Opened } from './wire';

export interface TalkPorts {
  state: State;
  events: Events;
  shapes(): Shapes;
  delegate(): Delegate;
  /** Messages came; newest is where they end. */
  came(cursor: string): void;
  /** One of them is the business's, now. */
  heard(message: Message): void;
}

/** The conversation as this page has it, and what the page is told of it. */
export class Talk {
  private all: timeline.Timeline = [];
  private told = new Set<string>(); // messages that the page was told of
  private shown = new WeakMap<Message, Message | null>(); // what beforeDisplay made of a message
  private typingEnds: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly ports: TalkPorts) {}

  get conversation(): Conversation | null {
    return this.ports.state.model.conversation;
  }

  /** The messages that are shown. */
  get messages(): Message[] {
    return this.ports.state.model.messages;
  }

  get oldest(): Message | undefined {
    return timeline.oldest(this.all);
  }

  find(nonce: string): Message | undefined {
    return this.all.find((message) => message.nonce === nonce);
  }

  /** What init, start or login answered. */
  open(opened: Opened): void {
    const { state } = this.ports;
    const before = state.model.user;
    const messages = opened.messages ?? [];
    const same = before?._id === opened.user?._id && this.conversation?._id === opened.conversation?._id;
    const own = this.all.filter((message) => !message._id);
    if (!same) this.told.clear();
    this.all = timeline.merge(same ? this.all : own, messages);
    this.show({
      user: opened.user,
      proactive: opened.proactive !== false,
      hasMore: same ? state.model.hasMore : opened.hasMore === true,
    });
    this.become(opened.conversation, opened.user);
    this.greet(messages, opened.conversation?.unreadCount ?? 0);
  }

  /** Somebody else is here, or nobody. What is on its way may still be sent. */
  clear(keepOwn = false): void {
    this.all = keepOwn ? this.all.filter((message) => !message._id) : [];
    this.told.clear();
    this.typed({ t: 'typing', role: 'appMaker', on: false });
    this.show({ user: null, hasMore: false, loadingMore: false, notice: null });
    this.become(null, null);
  }

  take(frame: Frame): void {
    switch (frame.t) {
      case 'ready':
        if (frame.conversation) this.become(frame.conversation, this.ports.state.model.user);
        break;
      case 'messages':
        this.add(frame.messages, frame.live, frame.cursor);
        if (frame.conversation) this.become(frame.conversation, this.ports.state.model.user);
        break;
      case 'conversation':
        this.become(frame.conversation, this.ports.state.model.user);
        break;
      case 'typing':
        if (frame.role !== 'appUser') this.typed(frame);
        break;
      case 'changed':
        this.set(timeline.change(this.all, frame.message));
        break;
      case 'removed':
        this.set(timeline.remove(this.all, frame.messageId));
        break;
    }
  }

  add(messages: Message[], live: boolean, cursor = ''): void {
    const news = messages.filter((message) => timeline.lacks(this.all, message));
    this.set(timeline.merge(this.all, messages));
    if (news.length) this.ports.came(cursor);
    for (const message of news) {
      if (message.role === 'appMaker') this.typed({ t: 'typing', role: 'appMaker', on: false });
      this.announce(message, live);
      if (live && message.role === 'appMaker') this.ports.heard(message);
    }
  }

  /** A page of older ones. */
  prepend(messages: Message[], hasMore: boolean): void {
    for (const message of messages) this.told.add(message._id);
    this.all = timeline.merge(this.all, messages);
    this.show({ hasMore, loadingMore: false });
  }

  /** What this device says, before the server has it. */
  say(message: Message): void {
    this.set(timeline.append(this.all, message));
  }

  update(nonce: string, change: Partial<Message>): void {
    this.set(timeline.update(this.all, nonce, change));
  }

  confirm(nonce: string, message: Message): void {
    this.set(timeline.confirm(this.all, nonce, message));
    this.announce(message, true);
  }

  discard(nonce: string): void {
    this.set(timeline.discard(this.all, nonce));
  }

  /** Changes a message of the server's here, until it tells the change itself. */
  amend(id: string, change: Partial<Message>): void {
    this.set(this.all.map((message) => (message._id === id ? { ...message, ...change } : message)));
  }

  /** Everything is read. */
  read(): void {
    const conversation = this.conversation;
    if (conversation?.unreadCount) this.become({ ...conversation, unreadCount: 0 }, this.ports.state.model.user);
  }

  /** The page has another delegate: what it shows may differ. */
  redisplay(): void {
    this.shown = new WeakMap();
    this.show({});
  }

  stop(): void {
    clearTimeout(this.typingEnds);
  }

  /** Takes the newest state of the conversation, and tells what changed. */
  become(next: Conversation | null, user: User | null): void {
    const { state, events } = this.ports;
    const before = this.conversation;
    state.set({ conversation: next ?? null, unread: next?.unreadCount ?? 0 });
    const data = this.data();
    if (before && before._id !== next?._id) events.emit('conversation:removed', this.ports.shapes().data(before));
    const same = before && next && before._id === next._id ? before : null;
    if (next && !same) events.emit('conversation:added', user ? [this.ports.shapes().participant(user, next)] : [], data);
    if ((before?.unreadCount ?? 0) !== (next?.unreadCount ?? 0)) events.emit('unreadCount', next?.unreadCount ?? 0, data);
    if (!same || !next) return;
    if ((next.appMakerLastRead ?? 0) > (same.appMakerLastRead ?? 0)) this.wasRead('appMaker', next.appMakerLastRead!, user);
    if ((next.appUserLastRead ?? 0) > (same.appUserLastRead ?? 0)) this.wasRead('appUser', next.appUserLastRead!, user);
  }

  data(): Record<string, unknown> {
    return this.ports.shapes().data(this.conversation);
  }

  private wasRead(role: string, lastRead: number, user: User | null): void {
    const { events, shapes } = this.ports;
    const who = role === 'appUser' ? { appUserId: user?._id } : {};
    events.emit('conversation:read', { role: shapes().role(role), ...who, lastRead }, this.data());
  }

  /** Of the history a page is told only what its person has not read. */
  private greet(messages: Message[], unread: number): void {
    const theirs = messages.filter((message) => message.role === 'appMaker');
    const news = new Set(unread ? theirs.slice(-unread) : []);
    for (const message of messages) {
      if (news.has(message)) this.announce(message, false);
      else this.told.add(message._id);
    }
  }

  private announce(message: Message, live: boolean): void {
    if (!message._id || this.told.has(message._id)) return;
    this.told.add(message._id);
    const shape = this.ports.shapes().message(message);
    const data = { ...this.data(), live };
    this.ports.events.emit('message', shape, data);
    this.ports.events.emit(message.role === 'appMaker' ? 'message:received' : 'message:sent', shape, data);
  }

  private typed(frame: Frame & { t: 'typing' }): void {
    const { state, events } = this.ports;
    clearTimeout(this.typingEnds);
    const before = state.model.typing;
    const { name, avatarUrl } = frame;
    if (frame.on) {
      // A stop may be lost; nobody types for ever.
      this.typingEnds = setTimeout(() => this.typed({ ...frame, on: false }), 15_000);
      state.set({ typing: { name, avatarUrl } });
      events.emit('typing:start', { ...this.data(), name, avatarUrl });
    } else if (before) {
      state.set({ typing: null });
      events.emit('typing:stop', this.data());
    }
  }

  private set(next: timeline.Timeline): void {
    if (next === this.all) return;
    this.all = next;
    this.show({});
  }

  private show(change: Partial<Model>): void {
    const messages = this.all.map((message) => this.display(message)).filter((message): message is Message => !!message);
    this.ports.state.set({ ...change, messages });
  }

  private display(message: Message): Message | null {
    const ask = this.ports.delegate().beforeDisplay;
    if (!ask) return message;
    let made = this.shown.get(message);
    if (made === undefined) {
      made = this.asked(message, ask);
      this.shown.set(message, made);
    }
    return made;
  }

  private asked(message: Message, ask: NonNullable<Delegate['beforeDisplay']>): Message | null {
    try {
      const { message: shape, readMessage } = this.ports.shapes();
      const answer = ask(shape(message), this.data());
      if (!answer) return null;
      const { _id, nonce, cursor, received, state, progress } = message;
      return { ...readMessage(answer), _id, nonce, cursor, received, state, progress };
    } catch (why) {
      console.error(why);
      return message;
    }
  }
}
