import { compileConnector } from '../../../src/connectors/compile-connector.js';
import { formatProblem } from '../../../src/language/problem.js';
import { actionOf, CONNECTOR, connector } from './parts.js';

function problemsOf(text: string): readonly string[] {
  const result = compileConnector({ file: 'connectors/acme.yaml', text });
  return result.kind === 'broken' ? result.problems.map(formatProblem) : [];
}

describe('a connector', () => {
  test('knows which actions are safe to repeat', () => {
    expect(actionOf('get').isSafeToRepeat).toBe(true);
    expect(actionOf('upload').isSafeToRepeat).toBe(true);
    expect(actionOf('create').isSafeToRepeat).toBe(false);
    const declared = connector(
      CONNECTOR.replace('title: create records', 'title: create records\n    idempotent: true'),
    );
    expect(actionOf('create', declared).isSafeToRepeat).toBe(true);
  });

  test('fills in what is usual', () => {
    expect(connector()).toMatchObject({
      secondary: false,
      settings: [
        { name: 'url', required: true },
        { name: 'region', required: false, default: 'eu' },
      ],
      auth: {
        oauth2: {
          scopeSeparator: ' ',
          clientAuthentication: 'header',
          pkce: 'S256',
          codeLifetimeSeconds: 60,
          issuerRequired: false,
        },
        api_key: { fields: [{ name: 'key', title: 'API key', in: 'header', as: 'X-Api-Key', prefix: 'Key ' }] },
      },
    });
  });
});

describe('a mistake in a connector is reported with its place', () => {
  test.each([
    [
      'an unknown key',
      CONNECTOR.replace('base_url:', 'base_ulr:'),
      /:7:1 error "base_ulr" is not known here {2}hint: did you mean "base_url"\?/,
    ],
    [
      'an undeclared setting',
      CONNECTOR.replace('{{ settings.url }}/api', '{{ settings.ulr }}/api'),
      /:7:12 error "settings.ulr" is not declared {2}hint: did you mean "url"\?/,
    ],
    [
      'input in the base URL',
      CONNECTOR.replace('{{ settings.url }}/api', 'https://{{ input.host }}/api'),
      /there is no "input" here/,
    ],
    [
      'input in the base URL of a request',
      CONNECTOR.replace('https://evil.example', 'https://{{ input.host }}'),
      /there is no "input" here/,
    ],
    [
      'an undeclared input',
      CONNECTOR.replace('{{ input.kind }}', '{{ input.kid }}'),
      /"input.kid" is not declared {2}hint: did you mean "(?:kind|id)"\?/,
    ],
    [
      'a query in the path',
      CONNECTOR.replace('path: /me', 'path: /me?all=1'),
      /"path" must be a path that begins with \//,
    ],
    [
      'a path to another host',
      CONNECTOR.replace('path: /me', 'path: "https://evil.example/me"'),
      /"path" must be a path/,
    ],
    [
      'a header of ours',
      CONNECTOR.replace('X-Trace:', 'Authorization:'),
      /the header Authorization cannot be set here/,
    ],
    [
      'a content type of a form',
      CONNECTOR.replace('X-Trace:', 'Content-Type:'),
      /the header Content-Type cannot be set here {2}hint: it can beside json and text/,
    ],
    [
      'two bodies',
      CONNECTOR.replace('form: {', 'json: {}\n      form: {'),
      /a request has one body, not json and form/,
    ],
    ['a body of a GET', CONNECTOR.replace('path: /me', 'path: /me, json: {}'), /a GET request has no body/],
    [
      'no authentication',
      CONNECTOR.replace(/auth:\n(?: {2}.*\n)+/, 'auth: {}\n'),
      /needs one of: oauth2, client_credentials, oauth1, api_key, basic, custom/,
    ],
    [
      'logins without an identity call',
      CONNECTOR.replace(/identity:\n(?: {2}.*\n)+/, ''),
      /logins need an identity call/,
    ],
    [
      'a rule without a condition',
      CONNECTOR.replace('{ when: "{{ body.ok = false }}", class: bad_input }', '{ class: bad_input }'),
      /a rule needs status, when, or both/,
    ],
    [
      'a number of calls without a time',
      `rate_limit: { requests: 100 }\n${CONNECTOR}`,
      /"requests" says nothing without "per" {2}hint: add per, or leave requests out/,
    ],
    ['a scope without a number of calls', `rate_limit: { scope: person }\n${CONNECTOR}`, /without "requests"/],
    [
      'a header of a limit without the other one',
      `rate_limit: { reset_header: X-Reset }\n${CONNECTOR}`,
      /"reset_header" says nothing without "remaining_header"/,
    ],
    ['an expression that is none', CONNECTOR.replace('"{{ body.id }}"', 'body.id'), /must be one datapill/],
    [
      'input in an identity call',
      CONNECTOR.replace('path: /me', 'path: "/users/{{ input.id }}"'),
      /"input.id" is not declared/,
    ],
  ])('%s', (_name, text, expected) => {
    expect(text).not.toBe(CONNECTOR);
    expect(problemsOf(text)).toContainEqual(expect.stringMatching(expected));
  });
});
