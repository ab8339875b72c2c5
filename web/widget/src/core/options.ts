import type { Field, Message } from '../model';
import { MessengerError } from './error';
import type { StorageKind } from './storage';

export type Wire = Record<string, unknown>;

/** What the page may decide about; called with the names of options.compat. */
export interface Delegate {
  /** What is shown instead of a message; nothing hides it. */
  beforeDisplay?(message: Wire, data: Wire): Wire | null | false | undefined;
  /** What is sent instead of a message; null or false: it is not sent. */
  beforeSend?(message: Wire, data: Wire): unknown;
  beforePostbackSend?(postback: Wire, data: Wire): unknown;
  /** A new token, after one was refused or is about to end. */
  onInvalidAuth?(): string | Promise<string>;
}

export interface PrechatOptions {
  enabled?: boolean;
  avatarUrl?: string;
  enableEmailLinking?: boolean;
  fields?: Field[];
}

export interface InitOptions {
  integrationId: string;
  appId?: string; // an old name of integrationId
  serverUrl?: string;
  userId?: string;
  externalId?: string; // v5's name of userId
  jwt?: string;
  authCode?: string;
  compat?: 'v4' | 'v5';
  locale?: string;
  dir?: 'ltr' | 'rtl';
  theme?: 'auto' | 'light' | 'dark';
  embedded?: boolean;
  displayStyle?: 'button' | 'tab';
  buttonIconUrl?: string;
  buttonWidth?: string;
  buttonHeight?: string;
  fixedIntroPane?: boolean;
  fixedHeader?: boolean; // v5's name of fixedIntroPane
  businessName?: string;
  businessIconUrl?: string;
  backgroundImageUrl?: string;
  customColors?: { brandColor?: string; conversationColor?: string; actionColor?: string };
  customText?: Record<string, string>;
  menuItems?: { imageUpload?: boolean; fileUpload?: boolean; shareLocation?: boolean };
  imageUploadEnabled?: boolean; // an old name of menuItems.imageUpload
  soundNotificationEnabled?: boolean;
  notificationChannelPromptEnabled?: boolean;
  serviceWorkerUrl?: string;
  browserStorage?: StorageKind;
  delegate?: Delegate;
  prechatCapture?: PrechatOptions;
}

/** Checks what init was called with, and gives its fields one name each. */
export function readOptions(given: unknown): InitOptions {
  if (!given || typeof given !== 'object') throw invalid('options', 'init needs an object with integrationId');
  const o = { ...(given as InitOptions) };
  o.integrationId ||= o.appId ?? '';
  if (typeof o.integrationId !== 'string' || !/^[\w-]+$/.test(o.integrationId)) {
    throw invalid('integrationId', 'integrationId is needed: the id of an integration of type web');
  }
  o.userId = o.userId ?? o.externalId;
  if (o.userId !== undefined && typeof o.userId !== 'string') throw invalid('userId', 'userId must be a string');
  if (o.browserStorage && o.browserStorage !== 'localStorage' && o.browserStorage !== 'sessionStorage') {
    throw invalid('browserStorage', 'browserStorage is localStorage or sessionStorage');
  }
  if (o.compat && o.compat !== 'v4' && o.compat !== 'v5') throw invalid('compat', 'compat is v4 or v5');
  return o;
}

function invalid(field: string, description: string): MessengerError {
  return new MessengerError('bad_request', description, 0, field);
}

/** What sendMessage was called with, as the body of a message. */
export function readMessage(given: unknown): Partial<Message> & Wire {
  if (typeof given === 'string') given = { type: 'text', text: given };
  if (!given || typeof given !== 'object') throw invalid('message', 'a message is a text or an object');
  const message = { type: 'text', ...(given as Wire) } as Partial<Message> & Wire;
  if (message.type === 'text' && !String(message.text ?? '').trim()) throw invalid('text', 'text is needed');
  return message;
}
