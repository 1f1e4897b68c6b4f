import nock from 'nock';
import {
  BEARER,
  FILE,
  FILE_CONTENT,
  failureOf,
  formIn,
  onlyExpectedCalls,
  openVendor,
  type Vendor,
} from './support/vendor-kit.js';

const CLOUD = '/ex/jira/c1d2';
const api = () => nock('https://api.atlassian.com', { reqheaders: { authorization: BEARER } });
const BUG = { project: 'WEB', type: 'Bug', summary: 'Slow', priority: 'High' };
const FOUND = {
  id: '10002',
  key: 'WEB-1',
  fields: {
    summary: 'Slow',
    status: { name: 'To Do' },
    assignee: null,
    priority: { name: 'High' },
    issuetype: { name: 'Bug' },
  },
};

describe('the connector of Jira', () => {
  let jira: Vendor;
  onlyExpectedCalls();
  beforeAll(async () => {
    jira = await openVendor('jira', { connection: 'jira', environment: { JIRA_SITE: 'acme', JIRA_CLOUD_ID: 'c1d2' } });
  });

  it('asks for consent with the audience of Jira', () => {
    expect(jira.app.authorizationParameters).toEqual({ audience: 'api.atlassian.com', prompt: 'consent' });
    expect(jira.app.scopes).toContain('offline_access');
  });

  it('tells who logged in; the address is not said to be confirmed', async () => {
    api()
      .get(`${CLOUD}/rest/api/2/myself`)
      .reply(200, { accountId: '5b10', displayName: 'Ann Lee', emailAddress: 'ann@acme.example', active: true });

    expect(await jira.identify()).toEqual({ id: '5b10', label: 'Ann Lee', organization: 'c1d2' });
  });

  it('creates issues, without the fields that are not given', async () => {
    api()
      .post(`${CLOUD}/rest/api/2/issue`, {
        fields: { project: { key: 'WEB' }, issuetype: { name: 'Bug' }, summary: 'Slow', priority: { name: 'High' } },
      })
      .reply(201, { id: '10000', key: 'WEB-24', self: 'https://acme.atlassian.net/rest/api/2/issue/10000' });

    expect(await jira.perform('create_issue', BUG)).toEqual({
      id: '10000',
      key: 'WEB-24',
      url: 'https://acme.atlassian.net/browse/WEB-24',
    });
  });

  it('reads search hits page by page, and takes quotes out of what people type', async () => {
    const asked: unknown[] = [];
    const search = () =>
      api()
        .get(`${CLOUD}/rest/api/2/search/jql`)
        .query((query) => {
          asked.push(query['jql'], query['nextPageToken']);
          return true;
        });
    search().reply(200, { issues: [FOUND], nextPageToken: 'CAEaAggD' });
    search().reply(200, { issues: [{ ...FOUND, key: 'WEB-2' }], isLast: true });

    const output = await jira.perform('find_issues', { text: 'slow" OR project = "SECRET' });

    expect(output).toMatchObject({
      issues: [{ key: 'WEB-1', status: 'To Do', url: 'https://acme.atlassian.net/browse/WEB-1' }, { key: 'WEB-2' }],
    });
    const jql = 'text ~ "slow  OR project =  SECRET" ORDER BY updated DESC';
    expect(asked).toEqual([jql, undefined, jql, 'CAEaAggD']);
  });

  it('attaches files, with the header without which Jira refuses them', async () => {
    let sent = { body: '', type: '' };
    api()
      .post(`${CLOUD}/rest/api/2/issue/WEB-24/attachments`)
      .matchHeader('x-atlassian-token', 'no-check')
      .reply(200, function (_uri, body) {
        sent = { body: String(body), type: String([this.req.headers['content-type']].flat()[0]) };
        return [{ id: '10001', filename: 'Offer.pdf', size: 8, content: 'https://acme.atlassian.net/a/10001' }];
      });

    expect(await jira.perform('add_attachment', { key: 'WEB-24', file: FILE })).toEqual({
      id: '10001',
      name: 'Offer.pdf',
      size: 8,
      url: 'https://acme.atlassian.net/a/10001',
    });
    expect(await formIn(sent.body, sent.type)).toEqual({
      fields: {},
      name: FILE.name,
      type: 'application/pdf',
      content: FILE_CONTENT,
    });
  });

  it('moves issues', async () => {
    api()
      .post(`${CLOUD}/rest/api/2/issue/WEB-1/transitions`, { transition: { id: '31' } })
      .reply(204);

    expect(await jira.perform('transition_issue', { key: 'WEB-1', transition: '31' })).toEqual({ key: 'WEB-1' });
  });

  it('says what the account may not do', async () => {
    api()
      .post(`${CLOUD}/rest/api/2/issue/WEB-1/comment`)
      .reply(403, { errorMessages: ['You do not have permission to comment on this issue.'], errors: {} });

    expect(await failureOf(jira.perform('comment_on_issue', { key: 'WEB-1', body: 'x' }))).toEqual({
      code: 'app.forbidden',
      userText:
        'Your Jira account (ann) may not comment on issues. Jira says: You do not have permission to comment on this issue. Whoever administers Jira can allow it.',
    });
  });

  it.each([
    [401, { code: 401, message: 'Unauthorized' }, 'app.unauthorized'],
    [401, { code: 401, message: 'Unauthorized; scope does not match' }, 'app.forbidden'],
    [
      404,
      { errorMessages: ['Issue does not exist or you do not have permission to see it.'], errors: {} },
      'app.not_found',
    ],
    [429, { message: 'Rate limit exceeded' }, 'app.rate_limited'],
  ])('understands %d %j', async (status, body, code) => {
    api().get(`${CLOUD}/rest/api/2/issue/WEB-1`).reply(status, body, { 'retry-after': '5' });

    expect(await failureOf(jira.perform('get_issue', { key: 'WEB-1' }))).toMatchObject({ code });
  });

  it('quotes which fields are wrong', async () => {
    api()
      .post(`${CLOUD}/rest/api/2/issue`)
      .reply(400, {
        errorMessages: [],
        errors: { project: 'valid project is required', issuetype: 'Specify an issue type' },
      });

    expect((await failureOf(jira.perform('create_issue', BUG))).userText).toContain(
      'Jira says: project: valid project is required; issuetype: Specify an issue type',
    );
  });

  it('gets a new refresh token at every refresh, and is told with 403 that one has ended', async () => {
    nock('https://auth.atlassian.com')
      .post('/oauth/token', /client_secret=acme/)
      .reply(200, {
        access_token: 'eyJ2',
        refresh_token: 'r2',
        expires_in: 3600,
        scope: 'read:jira-work offline_access',
        token_type: 'Bearer',
      })
      .post('/oauth/token')
      .reply(403, { error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' });

    expect((await jira.refresh()).refreshToken?.reveal()).toBe('r2');
    expect(await failureOf(jira.refresh())).toMatchObject({ code: 'oauth.invalid_grant' });
    expect(await jira.revoke()).toBe('unsupported');
  });
});
