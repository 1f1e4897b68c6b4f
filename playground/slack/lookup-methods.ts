import { type Person, SLACK_BOT_USER_ID, SLACK_TEAM_ID } from '../people.js';
import { type ApiAnswer, type ApiMethod, type ApiWorld, type Args, fail, succeed, textArg } from './api-call.js';
import { isRecord } from './block-checks.js';
import type { Block } from './types.js';
import { directChannelOf, SLACK_BOT_ID } from './workspace.js';

const TEAM = { id: SLACK_TEAM_ID, name: 'Acme', url: 'https://acme.slack.com/', domain: 'acme', email_domain: '' };

function authTest(): ApiAnswer {
  return succeed({
    url: TEAM.url,
    team: TEAM.name,
    user: 'behalf',
    team_id: SLACK_TEAM_ID,
    user_id: SLACK_BOT_USER_ID,
    bot_id: SLACK_BOT_ID,
    is_enterprise_install: false,
  });
}

function teamInfo(): ApiAnswer {
  return succeed({ team: { ...TEAM, icon: { image_default: true } } });
}

/** The user object; the address only for tokens with `users:read.email`. https://docs.slack.dev/reference/objects/user-object */
function userObject(person: Person, world: ApiWorld): Block {
  const { slackUserId: id, name } = person;
  const profile = world.workspace.profileOf(id);
  const email = profile.email === undefined ? person.email : profile.email;
  const showEmail = world.scopes.includes('users:read.email') && email !== null;
  return {
    id,
    team_id: world.workspace.teamOf(id),
    name: person.id,
    real_name: name,
    deleted: profile.deleted ?? false,
    tz: profile.tz ?? 'Europe/Berlin',
    tz_label: 'Central European Time',
    tz_offset: 3600,
    locale: profile.locale ?? person.locale ?? 'en-US',
    is_admin: false,
    is_owner: false,
    is_primary_owner: false,
    is_restricted: profile.restricted ?? false,
    is_ultra_restricted: profile.ultraRestricted ?? false,
    is_stranger: profile.stranger ?? false,
    is_bot: false,
    is_app_user: false,
    is_email_confirmed: profile.emailConfirmed ?? true,
    updated: 1_700_000_000,
    profile: {
      real_name: name,
      display_name: person.id,
      team: world.workspace.teamOf(id),
      ...(showEmail ? { email } : {}),
    },
  };
}

const BOT_USER: Block = {
  id: SLACK_BOT_USER_ID,
  team_id: SLACK_TEAM_ID,
  name: 'behalf',
  real_name: 'Behalf',
  deleted: false,
  is_bot: true,
  is_app_user: false,
  profile: { real_name: 'Behalf', bot_id: SLACK_BOT_ID, team: SLACK_TEAM_ID },
};

function usersInfo(args: Args, world: ApiWorld): ApiAnswer {
  const id = textArg(args, 'user');
  if (id === SLACK_BOT_USER_ID) return succeed({ user: BOT_USER });
  const person = id === undefined ? undefined : world.workspace.personByUser(id);
  if (!person) return fail('user_not_found');
  const { locale, ...user } = userObject(person, world);
  return succeed({ user: textArg(args, 'include_locale') === 'true' ? { ...user, locale } : user });
}

function lookupByEmail(args: Args, world: ApiWorld): ApiAnswer {
  const email = textArg(args, 'email')?.toLowerCase();
  const user = world.workspace.people
    .map((person) => userObject(person, world))
    .find((candidate) => {
      const profile = candidate['profile'];
      return isRecord(profile) && profile['email'] === email && candidate['deleted'] === false;
    });
  return email !== undefined && user ? succeed({ user }) : fail('users_not_found');
}

function conversationsOpen(args: Args, world: ApiWorld): ApiAnswer {
  const users = textArg(args, 'users')?.split(',') ?? [];
  const [user] = users;
  if (user === undefined) return fail(textArg(args, 'channel') ? 'channel_not_found' : 'users_list_not_supplied');
  if (users.length > 1) return fail('not_supported_by_emulator');
  const person = world.workspace.personByUser(user);
  if (!person) return fail('user_not_found');
  if (world.workspace.profileOf(user).deleted) return fail('user_disabled');
  const id = directChannelOf(user);
  const full = textArg(args, 'return_im') === 'true' ? { is_im: true, user, is_org_shared: false, created: 0 } : {};
  return succeed({ no_op: true, already_open: true, channel: { id, ...full } });
}

function conversationsInfo(args: Args, world: ApiWorld): ApiAnswer {
  const reference = textArg(args, 'channel');
  const channel = reference === undefined ? undefined : world.workspace.channel(reference);
  if (!channel || channel.id !== reference) return fail('channel_not_found');
  const isMember = channel.members.has(SLACK_BOT_USER_ID);
  const kind = channel.direct
    ? { is_im: true, user: [...channel.members].find((member) => member !== SLACK_BOT_USER_ID) }
    : channel.group
      ? { name: channel.name, is_group: true, is_mpim: true, is_im: false, is_private: true, is_member: isMember }
      : { name: channel.name, is_channel: true, is_im: false, is_private: false, is_member: isMember };
  return succeed({
    channel: { id: channel.id, created: 1_700_000_000, is_archived: false, is_ext_shared: false, ...kind },
  });
}

function usergroupsUsersList(args: Args, world: ApiWorld): ApiAnswer {
  const users = world.workspace.groupMembers(textArg(args, 'usergroup') ?? '');
  return users ? succeed({ users: [...users] }) : fail('no_such_subteam');
}

/** The methods that look things up. https://docs.slack.dev/reference/methods */
export const LOOKUP_METHODS: Readonly<Record<string, ApiMethod>> = {
  'auth.test': { scopes: [], run: authTest },
  'team.info': { scopes: ['team:read'], run: teamInfo },
  'usergroups.users.list': { scopes: ['usergroups:read'], run: usergroupsUsersList },
  'users.info': { scopes: ['users:read'], run: usersInfo },
  'users.lookupByEmail': { scopes: ['users:read.email'], run: lookupByEmail },
  'conversations.open': {
    scopes: ['im:write', 'channels:manage', 'groups:write', 'mpim:write'],
    run: conversationsOpen,
  },
  'conversations.info': { scopes: ['im:read', 'channels:read', 'groups:read', 'mpim:read'], run: conversationsInfo },
};
