import nock from 'nock';
import { BEARER, failureOf, onlyExpectedCalls, openVendor, TOKEN, type Vendor } from './support/vendor-kit.js';

const api = () => nock('https://api.github.com', { reqheaders: { authorization: BEARER } });
const ISSUE = { owner: 'acme', repository: 'website', number: 7 };
/** https://docs.github.com/en/rest/issues/issues#create-an-issue */
const CREATED = {
  id: 1,
  number: 1347,
  title: 'Slow',
  state: 'open',
  user: { login: 'ann' },
  html_url: 'https://github.com/i/1347',
};

describe('the connector of GitHub', () => {
  let github: Vendor;
  onlyExpectedCalls();
  beforeAll(async () => {
    github = await openVendor('github', { connection: 'github' });
  });

  it('tells who logged in, with the address that GitHub has confirmed', async () => {
    api().get('/user').reply(200, { login: 'ann', id: 583231, email: null });
    api()
      .get('/user/emails')
      .reply(200, [
        { email: 'ann@private.example', primary: false, verified: true, visibility: null },
        { email: 'ann@acme.example', primary: true, verified: true, visibility: 'private' },
      ]);

    expect(await github.identify()).toEqual({ id: '583231', label: 'ann', confirmedEmail: 'ann@acme.example' });
  });

  it('creates issues', async () => {
    api()
      .post('/repos/acme/website/issues', { title: 'Slow', labels: ['bug'] })
      .reply(201, CREATED);

    const output = await github.perform('create_issue', { ...ISSUE, title: 'Slow', labels: 'bug' });

    expect(output).toEqual({
      number: 1347,
      title: 'Slow',
      state: 'open',
      author: 'ann',
      url: 'https://github.com/i/1347',
    });
  });

  it('reads search hits page by page', async () => {
    const next = '<https://api.github.com/search/issues?q=is%3Aopen&per_page=50&page=2>; rel="next"';
    api()
      .get('/search/issues')
      .query({ q: 'is:open', per_page: 50 })
      .reply(200, { items: [CREATED] }, { link: next });
    api()
      .get('/search/issues')
      .query({ q: 'is:open', per_page: 50, page: 2 })
      .reply(200, { items: [{ ...CREATED, number: 2 }] });

    expect(await github.perform('search_issues', { query: 'is:open' })).toMatchObject({
      issues: [{ number: 1347, author: 'ann' }, { number: 2 }],
    });
  });

  it('gives a list of one issue and of none as a list', async () => {
    api()
      .get('/search/issues')
      .query(true)
      .reply(200, { items: [CREATED] });
    expect(await github.perform('search_issues', { query: 'x' })).toMatchObject({ issues: [{ number: 1347 }] });

    api().get('/search/issues').query(true).reply(200, { items: [] });
    expect(await github.perform('search_issues', { query: 'x' })).toEqual({ issues: [], truncated: false });
  });

  it('says where a list goes on that it has read as far as it may', async () => {
    const open = Array.from({ length: 50 }, () => CREATED);
    const next = (page: number) => ({
      link: `<https://api.github.com/repos/acme/website/pulls?page=${page}>; rel="next"`,
    });
    api().get('/repos/acme/website/pulls').query(true).reply(200, open, next(2));
    api().get('/repos/acme/website/pulls').query({ page: 2 }).reply(200, open, next(3));
    expect(await github.perform('list_pull_requests', { owner: 'acme', repository: 'website' })).toMatchObject({
      pull_requests: { length: 100 },
      truncated: true,
    });
  });

  it('starts workflows, which answer with nothing', async () => {
    api()
      .post('/repos/acme/website/actions/workflows/deploy.yaml/dispatches', { ref: 'main', inputs: { to: 'prod' } })
      .reply(204);

    const output = await github.perform('run_workflow', {
      ...ISSUE,
      workflow: 'deploy.yaml',
      ref: 'main',
      inputs: { to: 'prod' },
    });

    expect(output).toEqual({ started: true });
  });

  it('says what the account may not do', async () => {
    api().patch('/repos/acme/website/issues/7').reply(403, { message: 'Must have admin rights to Repository.' });

    expect(await failureOf(github.perform('close_issue', ISSUE))).toEqual({
      code: 'app.forbidden',
      userText:
        'Your GitHub account (ann) may not close issues. GitHub says: Must have admin rights to Repository. Whoever administers GitHub can allow it.',
    });
  });

  it('asks for a login when the token is dead', async () => {
    api().get('/repos/acme/website/issues/7').reply(401, { message: 'Bad credentials' });

    expect(await failureOf(github.perform('get_issue', ISSUE))).toMatchObject({ code: 'app.unauthorized' });
  });

  it.each([
    [403, 'API rate limit exceeded for user ID 1.', { 'x-ratelimit-remaining': '0', 'retry-after': '30' }],
    [403, 'You have exceeded a secondary rate limit.', { 'retry-after': '30' }],
    [429, 'Too many requests', { 'retry-after': '30' }],
  ])('takes %d "%s" for a limit, not for a lack of rights', async (status, message, headers) => {
    api().get('/repos/acme/website/issues/7').reply(status, { message }, headers);

    const failure = await failureOf(github.perform('get_issue', ISSUE));

    expect(failure).toMatchObject({ code: 'app.rate_limited', retryAfterMs: 30_000 });
  });

  it('quotes which field is wrong', async () => {
    api()
      .post('/repos/acme/website/issues')
      .reply(422, {
        message: 'Validation Failed',
        errors: [{ resource: 'Issue', field: 'title', code: 'missing_field' }],
      });

    const failure = await failureOf(github.perform('create_issue', { ...ISSUE, title: 'x' }));

    expect(failure.userText).toContain('Validation Failed: title missing_field');
  });

  it('refreshes a token of a GitHub App, and ends one with the call of GitHub', async () => {
    nock('https://github.com')
      .post('/login/oauth/access_token', /grant_type=refresh_token&refresh_token=refresh-canary/)
      .reply(200, { access_token: 'ghu_2', expires_in: 28800, refresh_token: 'ghr_2', token_type: 'bearer', scope: '' })
      .post('/login/oauth/access_token')
      .reply(200, {
        error: 'bad_refresh_token',
        error_description: 'The refresh token passed is incorrect or expired.',
      });

    expect((await github.refresh()).refreshToken?.reveal()).toBe('ghr_2');
    expect(await failureOf(github.refresh())).toMatchObject({ code: 'oauth.invalid_grant' });

    nock('https://api.github.com')
      .delete('/applications/acme/token', { access_token: TOKEN })
      .basicAuth({ user: 'acme', pass: 'acme' })
      .reply(204);
    expect(await github.revoke()).toBe('revoked');
  });
});
