// Every part of the suite, by what it is about. The webhooks' retries come
// first: they take the longest, and everything else goes on meanwhile.
import { apps } from './apps.mjs';
import { attachments } from './attachments.mjs';
import { bodies } from './bodies.mjs';
import { conversations } from './conversations.mjs';
import { delivery } from './delivery.mjs';
import { errors } from './errors.mjs';
import { ids } from './ids.mjs';
import { integrations } from './integrations.mjs';
import { integrationKinds } from './kinds.mjs';
import { keys } from './keys.mjs';
import { limits } from './limits.mjs';
import { linkBodies } from './link_bodies.mjs';
import { links } from './links.mjs';
import { linkFailures } from './link_failures.mjs';
import { mail } from './mail.mjs';
import { menus } from './menus.mjs';
import { messages } from './messages.mjs';
import { notifications } from './notifications.mjs';
import { paging } from './paging.mjs';
import { reach } from './reach.mjs';
import { recent } from './recent.mjs';
import { retries } from './retries.mjs';
import { serviceAccounts } from './service_accounts.mjs';
import { statuses } from './statuses.mjs';
import { templates } from './templates.mjs';
import { tokens } from './tokens.mjs';
import { messageTypes } from './types.mjs';
import { users } from './users.mjs';
import { userTokens } from './user_tokens.mjs';
import { webhooks } from './webhooks.mjs';
import { whatsapp } from './whatsapp.mjs';

export const areas = {
  'retries of webhooks': retries,
  apps,
  keys,
  'service accounts': serviceAccounts,
  integrations,
  'types of integrations': integrationKinds,
  WhatsApp: whatsapp,
  mail,
  menus,
  users,
  links,
  'links that fail': linkFailures,
  reach,
  messages,
  'types of messages': messageTypes,
  templates,
  attachments,
  paging,
  conversations,
  notifications,
  'delivery of notifications': delivery,
  'recent notifications': recent,
  webhooks,
  'bodies of webhooks': bodies,
  'bodies of webhooks about links': linkBodies,
  tokens,
  "users' tokens": userTokens,
  ids,
  errors,
  limits,
  statuses,
};
