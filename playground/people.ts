/**
 * The people of the playground: one identity on each chat platform and an account in the demo apps.
 * Their e-mail address is the same everywhere, except for Max, whose CRM account has another one.
 * Rita may create, Carl may only read, Gina is a guest of the organisation.
 */
export interface Person {
  readonly id: 'rita' | 'carl' | 'gina' | 'max';
  readonly name: string;
  /** Confirmed e-mail address in Slack and in Teams. */
  readonly email: string;
  readonly slackUserId: string;
  readonly teamsUserId: string;
  readonly aadObjectId: string;
  /** What the person's chat clients are written in (BCP 47); absent: American English. */
  readonly locale?: string;
  /** No full member: a guest of the workspace and of the tenant. */
  readonly isGuest?: boolean;
  /** Login of the demo apps. The password is shown on the login page: it is a playground. */
  readonly appLogin: { readonly username: string; readonly email: string; readonly mayCreate: boolean };
}

export const PEOPLE: readonly Person[] = [
  {
    id: 'rita',
    name: 'Rita Rep',
    email: 'rita@acme.example',
    slackUserId: 'U0RITA',
    teamsUserId: '29:rita',
    aadObjectId: '5b1f2c1e-0000-4000-8000-000000000001',
    appLogin: { username: 'rita', email: 'rita@acme.example', mayCreate: true },
  },
  {
    id: 'carl',
    name: 'Carl Colleague',
    email: 'carl@acme.example',
    slackUserId: 'U0CARL',
    teamsUserId: '29:carl',
    aadObjectId: '5b1f2c1e-0000-4000-8000-000000000002',
    appLogin: { username: 'carl', email: 'carl@acme.example', mayCreate: false },
  },
  {
    id: 'gina',
    name: 'Gina Guest',
    email: 'gina@globex.example',
    slackUserId: 'U0GINA',
    teamsUserId: '29:gina',
    aadObjectId: '5b1f2c1e-0000-4000-8000-000000000004',
    isGuest: true,
    appLogin: { username: 'gina', email: 'gina@globex.example', mayCreate: false },
  },
  {
    id: 'max',
    name: 'Max Mismatch',
    email: 'max@acme.example',
    slackUserId: 'U0MAXX',
    teamsUserId: '29:max',
    aadObjectId: '5b1f2c1e-0000-4000-8000-000000000003',
    appLogin: { username: 'max', email: 'max.private@mail.example', mayCreate: true },
  },
];

export const SLACK_TEAM_ID = 'T0ACME';
export const SLACK_CLIENT_ID = '1111111111.2222222222';
export const SLACK_BOT_USER_ID = 'U0BEHALF';
export const TEAMS_TENANT_ID = '11111111-2222-4333-8444-555555555555';
export const TEAMS_APP_ID = '99999999-8888-4777-8666-555555555555';
