/**
 * What the messenger's two halves share: the core (session, transport, storage,
 * the public API) keeps a Store, the user interface shows its Model and calls
 * its Actions. Neither imports the other.
 */

export type Role = 'appUser' | 'appMaker';

export interface Action {
  _id: string;
  type: 'link' | 'webview' | 'postback' | 'reply' | 'locationRequest' | 'buy' | 'share';
  text: string;
  uri?: string;
  payload?: string;
  iconUrl?: string;
  fallback?: string;
  size?: 'compact' | 'tall' | 'full';
  openOnReceive?: boolean;
  default?: boolean;
  amount?: number; // minor units
  currency?: string;
  state?: 'offered' | 'paid';
  metadata?: Record<string, unknown>;
}

export interface Item {
  _id: string;
  title: string;
  description?: string;
  mediaUrl?: string;
  mediaType?: string;
  altText?: string;
  size?: 'compact' | 'large';
  actions: Action[];
}

export interface Option {
  _id?: string;
  name: string;
  label: string;
}

export interface Field {
  _id?: string;
  type: 'text' | 'email' | 'select';
  name: string;
  label: string;
  placeholder?: string;
  minSize?: number;
  maxSize?: number;
  options?: Option[];
  selectSize?: number;
  text?: string;
  email?: string;
  select?: Option[];
}

export interface Message {
  _id: string; // '' until the server has it
  nonce?: string; // of what this device said
  type: 'text' | 'image' | 'file' | 'carousel' | 'list' | 'location' | 'form' | 'formResponse';
  role: Role;
  received: number; // decimal Unix seconds; the device's clock until the server has it
  cursor?: string;
  text?: string;
  name?: string;
  avatarUrl?: string;
  mediaUrl?: string;
  mediaType?: string;
  mediaSize?: number; // bytes
  altText?: string;
  payload?: string;
  actions?: Action[];
  items?: Item[];
  displaySettings?: { imageAspectRatio?: 'horizontal' | 'square' };
  coordinates?: { lat: number; long: number };
  location?: { address?: string; name?: string };
  fields?: Field[];
  blockChatInput?: boolean;
  submitted?: boolean;
  quotedMessage?: { type: string; content: Message };
  metadata?: Record<string, unknown>;
  source?: { type: string };
  /** Of what this device says: where it is on its way. Undefined: it is there. */
  state?: 'sending' | 'failed';
  /** 0 to 1 while a file is uploaded. */
  progress?: number;
}

export interface Conversation {
  _id: string;
  unreadCount: number;
  appMakerLastRead?: number;
  appUserLastRead?: number;
}

export interface User {
  _id: string;
  userId?: string;
  givenName?: string;
  surname?: string;
  email?: string;
  properties?: Record<string, unknown>;
}

export type Connection = 'idle' | 'connecting' | 'online' | 'polling' | 'offline';

export interface Prechat {
  avatarUrl?: string;
  fields: Field[];
}

/** An immutable snapshot: what changes is replaced, so that identity tells. */
export interface Model {
  open: boolean;
  embedded: boolean;
  displayStyle: 'button' | 'tab';
  businessName: string;
  businessIconUrl?: string;
  backgroundImageUrl?: string;
  buttonIconUrl?: string;
  buttonWidth?: string; // CSS
  buttonHeight?: string;
  fixedHeader: boolean;
  colors: { brand: string; conversation: string; action: string }; // '#rrggbb'
  theme?: 'auto' | 'light' | 'dark'; // 'auto' unless told: as the device is set
  locale: string; // BCP 47
  dir: 'ltr' | 'rtl';
  menu: { image: boolean; file: boolean; location: boolean };
  maxFileSize: number; // bytes
  text: (key: string, values?: Record<string, string | number>) => string;

  connection: Connection;
  user: User | null;
  conversation: Conversation | null;
  messages: Message[]; // oldest first, what this device is sending last
  hasMore: boolean;
  loadingMore: boolean;
  unread: number;
  typing: { name?: string; avatarUrl?: string } | null;
  /** What the person is told of in a strip, for example why something failed. */
  notice: { kind: 'error' | 'info'; text: string } | null;
  /** The text that the composer starts with. */
  predefined: string;
  prechat: Prechat | null; // to be answered before the first message
  proactive: boolean; // the person allows what the business sends of its own accord
  push: 'unsupported' | 'default' | 'granted' | 'denied';
  askPush: boolean; // show the invitation to be notified
  fatal: string | null; // nothing works, and why
}

export interface Actions {
  open(): void;
  close(): void;
  send(text: string): void;
  sendFile(file: File): void;
  shareLocation(): void;
  retry(message: Message): void;
  discard(message: Message): void;
  loadOlder(): void;
  /** A quick reply, a postback, or a request for the location. Links are followed by the interface itself. */
  act(action: Action, message: Message): void | Promise<void>; // a promise keeps its button busy
  submitForm(message: Message, fields: Field[]): Promise<void>;
  submitPrechat(fields: Field[]): Promise<void>;
  typing(on: boolean): void;
  /** The newest message is in view of a person. */
  read(): void;
  allowPush(): void;
  dismissPush(): void;
  setProactive(on: boolean): Promise<void>;
  dismissNotice(): void;
}

export interface Store {
  readonly model: Model;
  readonly actions: Actions;
  /** Calls f after every change; the answer ends that. */
  subscribe(f: () => void): () => void;
}

/** The user interface. root is a shadow root, empty but for what it adopts. */
export type Mount = (root: ShadowRoot, store: Store) => { destroy(): void; focus(): void };
