import type { Conversation, Message, User } from '../model';
import type { Wire } from './options';

/** How the page's code sees things: with the names of v4, or of v5. */
export interface Shapes {
  message(message: Message): Wire;
  /** A message as the page gave it back. */
  readMessage(message: Wire): Message;
  user(user: User): Wire;
  readUser(user: Wire): Wire;
  conversation(conversation: Conversation, messages: Message[], user: User | null): Wire;
  participant(user: User, conversation: Conversation): Wire;
  /** What events are told with. */
  data(conversation: Conversation | null): Wire;
  role(role: string): string;
}

const roles: Record<string, string> = { appUser: 'user', appMaker: 'business' };
const rolesBack: Record<string, string> = { user: 'appUser', business: 'appMaker' };

export function shapes(compat: 'v4' | 'v5' = 'v4'): Shapes {
  return compat === 'v5' ? v5 : v4;
}

const v4: Shapes = {
  message: (message) => plain(message),
  readMessage: (message) => message as unknown as Message,
  user: (user) => ({ ...user }),
  readUser: (user) => user,
  participant: (user, c) => ({ appUserId: user._id, userId: user.userId, unreadCount: c.unreadCount, lastRead: c.appUserLastRead }),
  conversation: (c, messages, user) => ({
    ...c,
    messages: messages.map(v4.message),
    participants: user ? [v4.participant(user, c)] : [],
  }),
  data: (c) => ({ conversation: { _id: c?._id } }),
  role: (role) => role,
};

const v5: Shapes = {
  message: (message) => rename(plain(message), '_id', 'id', roles) as Wire,
  readMessage: (message) => rename(message, 'id', '_id', rolesBack) as Message,
  user: ({ _id, userId, properties, ...rest }) => ({ id: _id, externalId: userId, metadata: properties, ...rest }),
  readUser: ({ metadata, ...rest }) => (metadata === undefined ? rest : { ...rest, properties: metadata }),
  participant: (user, c) => ({ userId: user._id, userExternalId: user.userId, unreadCount: c.unreadCount, lastRead: c.appUserLastRead }),
  conversation: (c, messages, user) => ({
    id: c._id,
    unreadCount: c.unreadCount,
    businessLastRead: c.appMakerLastRead,
    messages: messages.map(v5.message),
    participants: user ? [v5.participant(user, c)] : [],
  }),
  data: (c) => ({ conversation: { id: c?._id } }),
  role: (role) => roles[role] ?? role,
};

/** Without what only the user interface needs. */
function plain(message: Message): Wire {
  const { state: _state, progress: _progress, nonce: _nonce, cursor: _cursor, ...rest } = message;
  return rest;
}

function rename(value: unknown, from: string, to: string, names: Record<string, string>): unknown {
  if (Array.isArray(value)) return value.map((item) => rename(item, from, to, names));
  if (!value || typeof value !== 'object') return value;
  const renamed: Wire = {};
  for (const [key, item] of Object.entries(value)) {
    if (key === 'metadata') renamed[key] = item;
    else if (key === 'role') renamed[key] = names[String(item)] ?? item;
    else renamed[key === from ? to : key] = rename(item, from, to, names);
  }
  return renamed;
}
