import type { Conversation, Message, User } from '../model';

/** The integration's looks, and what the server can do. */
export interface Config {
  appId?: string;
  appName?: string;
  integrationId?: string;
  businessName?: string;
  businessIconUrl?: string;
  backgroundImageUrl?: string;
  buttonIconUrl?: string;
  buttonWidth?: string;
  buttonHeight?: string;
  brandColor?: string;
  conversationColor?: string;
  actionColor?: string;
  displayStyle?: 'button' | 'tab';
  fixedIntroPane?: boolean;
  maxFileSize?: number;
  vapidPublicKey?: string;
  requireAuth?: boolean;
  live?: { websocket?: boolean; events?: boolean };
}

/** The answer of init, start and login. */
export interface Opened {
  config: Config;
  session: { token?: string; verified: boolean } | null;
  user: User | null;
  conversation: Conversation | null;
  messages?: Message[] | null;
  cursor?: string | null;
  hasMore?: boolean;
  proactive?: boolean;
}

export interface Page {
  messages: Message[];
  cursor?: string | null;
  hasMore: boolean;
  conversation?: Conversation | null;
}

export interface Posted {
  message: Message & { nonce?: string };
  conversation?: Conversation | null;
}

/** What a server sends on a live connection. */
export type Frame =
  | { t: 'ready'; user?: User; conversation?: Conversation | null; cursor?: string; heartbeat?: number }
  | { t: 'messages'; messages: Message[]; cursor: string; conversation?: Conversation; live: boolean }
  | { t: 'conversation'; conversation: Conversation }
  | { t: 'typing'; role: string; on: boolean; name?: string; avatarUrl?: string }
  | { t: 'changed'; message: Message }
  | { t: 'removed'; messageId?: string }
  | { t: 'user' }
  | { t: 'pong' }
  | { t: 'error'; code: string; description?: string };

/** What a device sends on a WebSocket. */
export type Said =
  | { t: 'hello'; session?: string; jwt?: string; cursor?: string; foreground: boolean }
  | { t: 'foreground'; on: boolean }
  | { t: 'seen'; cursor: string }
  | { t: 'read' }
  | { t: 'typing'; on: boolean }
  | { t: 'jwt'; jwt: string }
  | { t: 'ping' };
