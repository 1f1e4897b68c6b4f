import { readPerson } from '../../../adapters/slack/people.js';
import type { Workspace } from '../../../adapters/slack/workspace.js';

const HOME: Workspace = { teamId: 'T1', teamName: 'Acme', botUserId: 'UBOT', missingScopes: [], installedAt: 0 };
const GRID: Workspace = { ...HOME, enterpriseId: 'E1' };
const RITA = {
  id: 'U1',
  team_id: 'T1',
  name: 'rita',
  is_email_confirmed: true,
  profile: { real_name: 'Rita Rep', email: 'rita@acme.example' },
};

describe('a person of a Slack workspace', () => {
  test('is a member with a name and a confirmed address', () => {
    expect(readPerson(RITA, HOME)).toEqual({
      standing: 'member',
      home: 'T1',
      name: 'Rita Rep',
      confirmedEmail: 'rita@acme.example',
    });
  });

  test.each([
    ['unconfirmed', { is_email_confirmed: false }],
    ['of unknown confirmation', { is_email_confirmed: undefined }],
    ['of a guest', { is_restricted: true }],
    ['of a guest of one channel', { is_ultra_restricted: true }],
    ['of a stranger', { is_stranger: true }],
    ['of somebody who has left', { deleted: true }],
    ['of a bot', { is_bot: true }],
  ])('an address %s is worth nothing', (_whose, change) => {
    expect(readPerson({ ...RITA, ...change }, HOME)).not.toHaveProperty('confirmedEmail');
  });

  test.each([
    ['a guest', { is_restricted: true }, HOME, 'guest'],
    ['a guest of one channel', { is_ultra_restricted: true }, HOME, 'guest'],
    ['of another workspace', { team_id: 'T2' }, HOME, 'external'],
    ['of no known workspace', { team_id: undefined }, HOME, 'external'],
    ['a stranger', { is_stranger: true }, HOME, 'external'],
    ['gone', { deleted: true }, HOME, 'external'],
    ['a bot', { is_bot: true }, HOME, 'bot'],
    ['a workflow', { is_workflow_bot: true }, HOME, 'bot'],
    [
      'a colleague of the same organisation on Grid',
      { team_id: 'T2', enterprise_user: { enterprise_id: 'E1' } },
      GRID,
      'member',
    ],
    ['of another organisation on Grid', { team_id: 'T2', enterprise_user: { enterprise_id: 'E2' } }, GRID, 'external'],
    ['of an organisation, seen from a workspace without one', { team_id: 'T2', enterprise_user: {} }, HOME, 'external'],
    ['a guest on Grid', { is_restricted: true, enterprise_user: { enterprise_id: 'E1' } }, GRID, 'guest'],
  ])('somebody who is %s counts as such', (_what, change, workspace, standing) => {
    expect(readPerson({ ...RITA, ...change }, workspace).standing).toBe(standing);
  });

  test('an answer without a person is a stranger', () => {
    expect(readPerson({}, HOME)).toEqual({ standing: 'external', name: 'Somebody' });
  });
});
