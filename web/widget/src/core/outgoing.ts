import type { Action, Message } from '../model';
import type { Shapes } from './compat';
import { MessengerError, codeOf } from './error';
import type { Http } from './http';
import { readMessage, type Delegate, type Wire } from './options';
import { Outbox, type Letter } from './outbox';
import type { Platform } from './platform';
import type { State } from './state';
import type { Store } from './storage';
import type { Talk } from './talk';
import { upload, type Upload } from './upload';
import type { Posted } from './wire';

export interface OutgoingPorts {
  platform: Platform;
  storage: Store;
  http: Http;
  state: State;
  talk: Talk;
  shapes(): Shapes;
  delegate(): Delegate;
  /** Makes sure that there is a user and a conversation. */
  started(): Promise<void>;
  /** The server has it. */
  sent(message: Message): void;
}

/** What this device says: texts, answers, places, files, buttons. */
export class Outgoing {
  private readonly outbox: Outbox;
  private readonly files = new Map<string, { file: File; preview?: string; upload?: Upload }>();

  constructor(private readonly ports: OutgoingPorts) {
    this.outbox = new Outbox({
      platform: ports.platform,
      storage: ports.storage,
      owner: () => ports.state.model.user?._id ?? '',
      post: (letter) => this.post(letter),
      sent: (letter, posted) => this.sent(letter.nonce, posted),
      failed: (letter, why) => this.failed(letter.nonce, why),
    });
  }

  /** Shows, and sends, what a former page could not. */
  restore(): void {
    const { talk, platform } = this.ports;
    for (const letter of this.outbox.restore()) {
      const old = platform.now() - letter.at > 23 * 3600_000;
      if (!talk.find(letter.nonce)) talk.say(this.local(letter.nonce, letter.body, letter.at, old ? 'failed' : 'sending'));
    }
  }

  async send(given: unknown): Promise<Message> {
    const { platform, talk, shapes, delegate } = this.ports;
    const message = readMessage(given);
    delete message.role;
    const data = talk.data();
    const ask = delegate().beforeSend;
    const answer = ask ? await ask({ ...message, role: shapes().role('appUser') }, data) : undefined;
    if (answer === null || answer === false) throw new MessengerError('not_sent', 'beforeSend kept the message back');
    const { role: _role, ...body } = (answer ?? message) as Partial<Message>;
    const { letter, done } = this.outbox.write(body);
    talk.say(this.local(letter.nonce, body, platform.now(), 'sending'));
    return done;
  }

  async sendFile(file: File): Promise<Message> {
    const { state, platform, talk } = this.ports;
    const { text, maxFileSize } = state.model;
    if (file.size > maxFileSize) {
      const description = text('fileTooLargeError', { size: Math.floor(maxFileSize / (1 << 20)) + ' MB' });
      state.set({ notice: { kind: 'error', text: description } });
      throw new MessengerError('payload_too_large', description, 413, 'source');
    }
    const nonce = platform.hex(16);
    const image = /^image\/(png|jpeg|gif|webp|avif|bmp)$/.test(file.type);
    const preview = image ? URL.createObjectURL(file) : undefined;
    this.files.set(nonce, { file, preview });
    const body: Partial<Message> = {
      type: image ? 'image' : 'file',
      mediaUrl: preview,
      mediaType: file.type || undefined,
      mediaSize: file.size,
      altText: file.name,
    };
    talk.say({ ...this.local(nonce, body, platform.now(), 'sending'), progress: 0 });
    return this.transfer(nonce);
  }

  retry(message: Message): void {
    const nonce = message.nonce ?? '';
    if (this.files.has(nonce)) {
      this.ports.talk.update(nonce, { state: 'sending', progress: 0 });
      this.transfer(nonce).catch(() => {});
    } else if (this.outbox.retry(nonce)) this.ports.talk.update(nonce, { state: 'sending' });
  }

  /** Takes back what could not be sent, or is being uploaded. */
  discard(message: Message): void {
    const nonce = message.nonce ?? '';
    this.outbox.discard(nonce);
    this.files.get(nonce)?.upload?.cancel();
    this.release(nonce);
    this.ports.talk.discard(nonce);
  }

  async postback(action: Pick<Action, '_id'> & Partial<Action>): Promise<void> {
    const { http, talk, shapes, delegate } = this.ports;
    const postback: Wire = { actionId: action._id, ...(action.payload ? { payload: action.payload } : {}) };
    const ask = delegate().beforePostbackSend;
    const answer = ask ? await ask({ ...postback, role: shapes().role('appUser') }, talk.data()) : undefined;
    if (answer === null || answer === false) throw new MessengerError('not_sent', 'beforePostbackSend kept the postback back');
    await http.call('/postback', { body: { actionId: action._id }, key: this.ports.platform.hex(16), tries: 2 });
  }

  async shareLocation(): Promise<Message> {
    const { state } = this.ports;
    try {
      const { coords } = await whereabouts();
      return await this.send({ type: 'location', coordinates: { lat: coords.latitude, long: coords.longitude } });
    } catch (why) {
      const key = why instanceof Unlocated ? why.key : 'locationSendingFailed';
      state.set({ notice: { kind: 'error', text: state.model.text(key) } });
      throw why instanceof Unlocated ? new MessengerError('location_unavailable', state.model.text(key)) : why;
    }
  }

  /** Forgets what another user wanted to say. */
  clear(): void {
    this.outbox.clear();
    for (const [nonce, kept] of this.files) {
      kept.upload?.cancel();
      this.release(nonce);
    }
  }

  stop(): void {
    this.outbox.stop();
    for (const kept of this.files.values()) kept.upload?.cancel();
  }

  private async post(letter: Letter): Promise<Posted> {
    const { http, started } = this.ports;
    const once = async () => {
      await started();
      return http.call<Posted>('/messages', { body: letter.body, key: letter.nonce });
    };
    try {
      return await once();
    } catch (why) {
      // The session ended meanwhile: what a person wrote still goes out, in a new one.
      if (codeOf(why) !== 'invalid_session') throw why;
      return once();
    }
  }

  private async transfer(nonce: string): Promise<Message> {
    const kept = this.files.get(nonce);
    if (!kept) throw new MessengerError('cancelled', 'the upload was cancelled');
    try {
      await this.ports.started();
      if (!this.files.has(nonce)) throw new MessengerError('cancelled', 'the upload was cancelled');
      kept.upload = upload(this.ports.http, kept.file, nonce, (progress) => this.ports.talk.update(nonce, { progress }));
      const posted = await kept.upload.done;
      this.sent(nonce, posted);
      this.release(nonce);
      return posted.message;
    } catch (why) {
      if (codeOf(why) !== 'cancelled') this.failed(nonce, why);
      throw why;
    }
  }

  private sent(nonce: string, posted: Posted): void {
    const { talk, state } = this.ports;
    talk.confirm(nonce, posted.message);
    if (posted.conversation) talk.become(posted.conversation, state.model.user);
    this.ports.sent(posted.message);
  }

  private failed(nonce: string, why: unknown): void {
    const { talk, state, platform } = this.ports;
    platform.debug('a message could not be sent', why);
    talk.update(nonce, { state: 'failed', progress: undefined });
    const told = why instanceof MessengerError && why.status >= 400 && why.status < 500 && why.status !== 429;
    const text = state.model.text('messageError') + (told ? ` (${(why as Error).message})` : '');
    state.set({ notice: { kind: 'error', text } });
  }

  private local(nonce: string, body: Partial<Message>, at: number, how: 'sending' | 'failed'): Message {
    return { type: 'text', ...body, _id: '', nonce, role: 'appUser', received: at / 1000, state: how };
  }

  private release(nonce: string): void {
    const preview = this.files.get(nonce)?.preview;
    this.files.delete(nonce);
    // The interface may show it until the server's own picture is there.
    if (preview) this.ports.platform.after(30_000, () => URL.revokeObjectURL(preview));
  }
}

class Unlocated extends Error {
  constructor(readonly key: string) {
    super(key);
  }
}

function whereabouts(): Promise<GeolocationPosition> {
  return new Promise((resolve, reject) => {
    if (!window.isSecureContext) return reject(new Unlocated('locationSecurityRestriction'));
    if (!navigator.geolocation) return reject(new Unlocated('locationNotSupported'));
    navigator.geolocation.getCurrentPosition(
      resolve,
      (why) => reject(new Unlocated(why.code === why.PERMISSION_DENIED ? 'locationServicesDenied' : 'locationSendingFailed')),
      { timeout: 20_000, maximumAge: 60_000 },
    );
  });
}
