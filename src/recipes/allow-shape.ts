import { z } from 'zod';
import { pattern, strict } from '../language/shape.js';

const GUID = '[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}';

const Person = pattern(
  new RegExp(`^(?:[UW][A-Z0-9]{2,20}|${GUID}|[^\\s@]+@[^\\s@]+)$`, 'u'),
  'a user id of Slack (U…) or Teams (Entra object id), or an e-mail address',
);
const Channel = pattern(
  /^(?:[CGD][A-Z0-9]{2,20}|(?:19|a):[^;\s]+)$/u,
  'a channel id of Slack (C…) or Teams (19:…@thread.tacv2)',
);
const Tenant = pattern(
  new RegExp(`^(?:[TE][A-Z0-9]{1,20}|${GUID})$`, 'u'),
  'a workspace id of Slack (T…), an organisation id (E…), or a tenant id of Teams',
);

const Group = pattern(
  /^S[A-Z0-9]{1,20}$/u,
  'the id of a user group of Slack (S…); Teams has no groups that the bot can look up: list users or channels there',
);

function listOf(item: z.ZodString) {
  return z.array(item).min(1).max(200).optional();
}

/** Who may run a recipe. */
export const AllowShape = strict({
  users: listOf(Person).meta({ description: 'User ids or confirmed e-mail addresses' }),
  groups: listOf(Group).meta({ description: 'User groups of Slack; somebody of `users` or of one of these' }),
  channels: listOf(Channel).meta({ description: 'Where it may be run; left out: everywhere' }),
  guests: z.literal(true).optional().meta({ description: 'True: guest accounts too' }),
  external: z
    .literal(true)
    .optional()
    .meta({ description: 'True: people of other organisations too, in shared channels' }),
  tenants: listOf(Tenant).meta({ description: 'Workspaces of Slack or tenants of Teams; left out: all' }),
}).refine((allow) => Object.values(allow).some((entry) => entry !== undefined), {
  error:
    'must list users, groups, channels or tenants, or let in guests or external people; without `allow` everybody may run it',
});

export type AllowShape = z.infer<typeof AllowShape>;
