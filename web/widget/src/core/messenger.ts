import type { Message, Model, Mount } from '../model';
import { actionsOf } from './actions';
import { Attention } from './attention';
import { shapes, type Shapes } from './compat';
import { deviceId, deviceInfo, timeZone } from './device';
import { codeOf } from './error';
import { Events } from './events';
import { Host } from './host';
import { Live } from './live/live';
import { looks } from './looks';
import type { Delegate, InitOptions } from './options';
import { Outgoing } from './outgoing';
import type { Platform } from './platform';
import { prechatOf } from './prechat';
import { Push } from './push';
import { Session, jwtEnds } from './session';
import { Sound } from './sound';
import { State } from './state';
import { openStorage, type Store } from './storage';
import { Tabs, exclusively, type Word } from './tabs';
import { Talk } from './talk';
import { TitleBadge } from './title';
import { Typing } from './typing';
import type { Config, Frame, Opened } from './wire';

/** One messenger in a page, from init to destroy. */
export class Messenger {
  readonly state: State;
  readonly session: Session;
  readonly talk: Talk;
  readonly outgoing: Outgoing;
  readonly typing: Typing;
  readonly attention: Attention;
  readonly shapes: Shapes;
  readonly storage: Store;
  delegate: Delegate;
  private readonly live: Live;
  private readonly tabs: Tabs;
  private readonly sound: Sound;
  private readonly badge = new TitleBadge();
  private readonly device: string;
  private push: Push;
  private host: Host | null = null;
  private profile: Record<string, unknown> | null = null; // to be told once there is a user
  private consent: boolean | null = null; // the same
  private syncing: Promise<void> | null = null;
  private destroyed = false;
  private forgetRefresh = () => {};
  private readonly unlisten: Array<() => void> = [];

  constructor(
    server: string,
    readonly options: InitOptions,
    readonly events: Events,
    private readonly platform: Platform,
    private readonly mount: Mount,
  ) {
    const { integrationId } = options;
    const base = `${(options.serverUrl || server).replace(/\/+$/, '')}/sdk/v1/${integrationId}`;
    this.delegate = options.delegate ?? {};
    this.shapes = shapes(options.compat);
    this.storage = openStorage(integrationId, options.browserStorage ?? 'localStorage');
    this.device = deviceId(this.storage, platform);
    const scope = `heliograph:${integrationId}:${this.device}`;
    this.state = new State(blank(options));
    this.session = new Session({
      platform,
      storage: this.storage,
      base,
      device: (hurried) => ({ id: this.device, info: deviceInfo(this.storage, hurried) }),
      askJwt: () => this.delegate.onInvalidAuth && (() => this.delegate.onInvalidAuth!()),
      exclusively: (f) => exclusively(scope, f),
      ended: () => void platform.after(0, () => void this.sync()),
      renewed: (jwt) => {
        this.live.say({ t: 'jwt', jwt });
        this.refreshLater();
      },
    });
    const { http } = this.session;
    this.talk = new Talk({
      state: this.state,
      events,
      shapes: () => this.shapes,
      delegate: () => this.delegate,
      came: (cursor) => this.attention.came(cursor),
      heard: (message) => this.heard(message),
    });
    this.outgoing = new Outgoing({
      platform,
      storage: this.storage,
      http,
      state: this.state,
      talk: this.talk,
      shapes: () => this.shapes,
      delegate: () => this.delegate,
      started: () => this.start('message'),
      sent: (message) => this.sent(message),
    });
    this.live = new Live({
      platform,
      http,
      frame: (frame) => this.frame(frame),
      up: (from) => this.up(from),
      down: () => events.emit('disconnected', this.talk.data()),
      again: () => events.emit('reconnecting', this.talk.data()),
      state: (connection) => this.state.set({ connection }),
      refused: (code) => this.refused(code),
    });
    this.typing = new Typing(platform, (on) => this.tellTyping(on));
    this.attention = new Attention({
      platform,
      open: () => this.state.model.open || this.state.model.embedded,
      foreground: (on) => this.live.say({ t: 'foreground', on }),
      seen: (cursor) => this.seen(cursor),
      read: () => void this.markAllAsRead().catch(() => {}),
    });
    this.tabs = new Tabs(scope, this.storage, (word) => this.overheard(word));
    this.sound = new Sound(options.soundNotificationEnabled !== false);
    this.push = new Push(undefined, undefined, { base, device: this.device, page: location.href });
    this.state.actions = actionsOf(this);
    this.unlisten.push(this.state.subscribe(() => this.titled()), this.listenToWorker());
  }

  async init(): Promise<void> {
    const { userId, jwt, authCode } = this.options;
    const opened = await this.session.init({ userId, jwt, authCode });
    if (this.destroyed) return;
    this.configure(opened.config ?? {});
    this.apply(opened);
    this.outgoing.restore();
    this.state.set({ prechat: prechatOf(this.options, this.state.model, this.state.model.text) });
    this.host = new Host(this.mount, this.state);
    if (!this.state.model.embedded) this.host.attach();
    this.registerPush();
    if (opened.user) this.platform.after(1000, () => timeZone(this.storage)); // for the next page
  }

  render(into: Element): void {
    this.state.set({ embedded: true });
    this.host?.render(into);
  }

  open(): void {
    if (this.state.model.open || this.state.model.embedded || !this.host) return;
    this.state.set({ open: true });
    this.events.emit('widget:opened');
  }

  close(): void {
    if (!this.state.model.open || this.state.model.embedded) return;
    this.attention.hidden();
    this.typing.stop();
    this.state.set({ open: false });
    this.events.emit('widget:closed');
  }

  async login(userId: string, jwt?: string): Promise<void> {
    this.apply(await this.session.login(userId, jwt));
    this.tabs.tell({ type: 'session', jwt });
    this.registerPush();
  }

  async logout(): Promise<void> {
    this.live.stop();
    this.typing.end();
    await this.push.unsubscribe().catch((why) => this.platform.debug('unsubscribe', why));
    await this.session.logout();
    this.outgoing.clear();
    this.profile = this.consent = null;
    this.forget();
    this.tabs.tell({ type: 'session' });
  }

  /** The user and the conversation, if they are not there yet. */
  async start(intent: 'conversation:start' | 'message'): Promise<void> {
    if (this.session.token() && this.state.model.conversation) return;
    this.apply(await this.session.start(intent));
    this.tabs.tell({ type: 'session', jwt: this.session.jwt() });
    await this.tellEarlier();
  }

  /** Changes the profile; before there is a user, as soon as there is one. */
  async updateUser(profile: Record<string, unknown>): Promise<void> {
    if (!this.session.token()) {
      this.profile = { ...this.profile, ...profile };
      return;
    }
    const { http } = this.session;
    const answer = await http.call<{ user?: Model['user'] } | null>('/user', { method: 'PUT', body: profile, tries: 3 });
    const { user } = this.state.model;
    if (user) this.state.set({ user: answer?.user ?? { ...user, ...profile } });
  }

  async markAllAsRead(): Promise<void> {
    if (!this.state.model.conversation?.unreadCount || !this.session.token()) return;
    this.talk.read();
    this.tabs.tell({ type: 'read' });
    if (this.live.say({ t: 'read' })) return;
    await this.session.http.call('/activity', { body: { type: 'conversation:read' }, tries: 3 });
  }

  async loadOlder(): Promise<void> {
    const { model } = this.state;
    const { oldest } = this.talk;
    if (!model.hasMore || model.loadingMore || !oldest?.cursor) return;
    this.state.set({ loadingMore: true });
    const user = model.user?._id;
    try {
      const query = { before: oldest.cursor };
      const page = await this.session.http.call<{ messages: Message[]; hasMore: boolean }>('/messages', { query, tries: 3 });
      if (this.state.model.user?._id === user) this.talk.prepend(page.messages, page.hasMore);
    } finally {
      this.state.set({ loadingMore: false });
    }
  }

  async setProactive(on: boolean): Promise<void> {
    if (!this.session.token()) {
      this.consent = on;
      this.state.set({ proactive: on });
      return;
    }
    await this.session.http.call('/consent', { method: 'PUT', body: { proactive: on }, tries: 3 });
    this.state.set({ proactive: on });
  }

  invite(): void {
    if (this.push.state() === 'default') this.state.set({ askPush: true });
  }

  async allowPush(): Promise<void> {
    this.state.set({ askPush: false });
    this.state.set({ push: await this.push.ask() });
    await this.push.register(this.session.http);
  }

  dismissPush(): void {
    this.storage.set('pushDismissed', true);
    this.state.set({ askPush: false });
  }

  setDelegate(delegate: Delegate): void {
    this.delegate = delegate ?? {};
    this.talk.redisplay();
  }

  destroy(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    this.forgetRefresh();
    this.typing.stop();
    this.live.destroy();
    this.outgoing.stop();
    this.attention.stop();
    this.talk.stop();
    this.tabs.stop();
    this.sound.stop();
    for (const f of this.unlisten) f();
    this.badge.show('');
    this.host?.destroy();
  }

  private configure(config: Config): void {
    const about = { base: this.session.http.base, device: this.device, page: location.href };
    this.live.offered(config.live ?? {});
    this.push = new Push(this.options.serviceWorkerUrl, config.vapidPublicKey, about);
    this.state.set({ ...looks(config, this.options), push: this.push.state() });
  }

  /** Goes on as the user that the server named, or as nobody. */
  private apply(opened: Opened): void {
    const before = this.state.model.user?.userId;
    if (before && before !== (opened.user?.userId ?? this.session.userId)) {
      // What a known person wrote must not go out as somebody else's.
      this.live.stop();
      this.outgoing.clear();
      this.talk.clear();
    }
    if (!opened.session) return this.forget(true);
    this.talk.open(opened);
    this.attention.reset(opened.cursor ?? '');
    if (this.state.model.prechat && opened.messages?.length) this.state.set({ prechat: null });
    this.live.start(opened.cursor ?? '');
  }

  private forget(keepOwn = false): void {
    this.live.stop();
    this.talk.clear(keepOwn);
    this.attention.reset('');
    this.state.set({ askPush: false, prechat: prechatOf(this.options, this.state.model, this.state.model.text) });
  }

  /** Asks the server anew who is here. Once at a time. */
  private sync(): Promise<void> {
    this.syncing ??= this.resume().finally(() => (this.syncing = null));
    return this.syncing;
  }

  private async resume(): Promise<void> {
    await this.session.settled();
    if (this.destroyed) return;
    try {
      const opened = await this.session.init({ userId: this.session.userId, jwt: this.session.jwt() });
      if (!this.destroyed) this.apply(opened);
    } catch (why) {
      this.platform.debug('init', why);
      if (codeOf(why) !== 'invalid_auth') return;
      this.live.stop();
      this.state.set({ notice: { kind: 'error', text: this.state.model.text('sessionEnded') } });
    }
  }

  /** What the page and the person told before there was a user. */
  private async tellEarlier(): Promise<void> {
    const { profile, consent } = this;
    this.profile = this.consent = null;
    try {
      if (consent !== null) await this.setProactive(consent);
      if (profile) await this.updateUser(profile);
    } catch (why) {
      this.platform.debug('what was told before there was a user', why);
    }
  }

  private frame(frame: Frame): void {
    if (frame.t === 'user') void this.sync();
    else this.talk.take(frame);
  }

  private up(from: string): void {
    this.events.emit('connected', this.talk.data());
    this.refreshLater();
    // A connection that began nowhere says nothing of what came before it.
    if (!from) void this.catchUp();
  }

  /** Has a new token before the old one ends, if the page gives one. */
  private refreshLater(): void {
    this.forgetRefresh();
    const jwt = this.session.jwt();
    const left = (jwtEnds(jwt) ?? 0) - this.platform.now() - 60_000;
    if (left < 0 || left > 24 * 3600_000 || !this.delegate.onInvalidAuth) return;
    this.forgetRefresh = this.platform.after(left, () => void this.session.renew(jwt));
  }

  private async catchUp(): Promise<void> {
    try {
      const page = await this.session.http.call<{ messages: Message[]; cursor?: string | null }>('/messages', { tries: 3 });
      this.live.cursor ||= page.cursor ?? '';
      this.talk.add(page.messages, true, page.cursor ?? '');
    } catch (why) {
      this.platform.debug('messages', why);
    }
  }

  private async refused(code: string): Promise<boolean> {
    if (code === 'invalid_auth') {
      if (await this.session.renew(this.session.jwt())) return true;
      this.state.set({ notice: { kind: 'error', text: this.state.model.text('sessionEnded') } });
      return false;
    }
    if (code === 'invalid_session') {
      const token = this.session.token();
      if (token && (await this.session.lost(token))) return true;
      return false; // lost() has init called, which connects anew
    }
    this.state.set({ fatal: code });
    return false;
  }

  private overheard(word: Word): void {
    if (word.type === 'read') this.talk.read();
    else if (word.type === 'sent') this.talk.add([word.message], true);
    else {
      this.session.adopt(word.jwt);
      void this.sync();
    }
  }

  private sent(message: Message): void {
    this.typing.end();
    this.tabs.tell({ type: 'sent', message });
    this.state.set({ prechat: null });
    const wanted = this.options.notificationChannelPromptEnabled !== false && !this.storage.get('pushDismissed');
    if (wanted) this.invite();
  }

  private heard(message: Message): void {
    if (this.attention.here || this.storage.get('rung') === message._id) return;
    this.storage.set('rung', message._id); // one tab rings
    this.sound.play();
  }

  private seen(cursor: string): void {
    if (!this.session.token() || this.live.say({ t: 'seen', cursor })) return;
    this.session.http.call('/seen', { body: { cursor } }).catch((why) => this.platform.debug('seen', why));
  }

  private tellTyping(on: boolean): void {
    if (!this.session.token() || this.live.say({ t: 'typing', on })) return;
    const type = on ? 'typing:start' : 'typing:stop';
    this.session.http.call('/activity', { body: { type } }).catch((why) => this.platform.debug('typing', why));
  }

  private registerPush(): void {
    if (!this.session.token()) return;
    this.push.register(this.session.http).catch((why) => this.platform.debug('push', why));
  }

  private titled(): void {
    const { unread, text } = this.state.model;
    const key = unread === 1 ? 'messageIndicatorTitleSingular' : 'messageIndicatorTitlePlural';
    this.badge.show(unread ? text(key, { count: unread }) : '');
  }

  /** A tapped notification leads to the conversation. */
  private listenToWorker(): () => void {
    const worker = navigator.serviceWorker;
    const f = (event: MessageEvent) => {
      if (event.data?.type === 'heliograph:open') this.open();
    };
    worker?.addEventListener('message', f);
    return () => worker?.removeEventListener('message', f);
  }
}

/** What is shown before the server has answered. */
function blank(options: InitOptions): Model {
  return {
    ...(looks({}, options) as Model),
    open: false,
    connection: 'idle',
    user: null,
    conversation: null,
    messages: [],
    hasMore: false,
    loadingMore: false,
    unread: 0,
    typing: null,
    notice: null,
    predefined: '',
    prechat: null,
    proactive: true,
    push: 'unsupported',
    askPush: false,
    fatal: null,
  };
}
