import type { Credential } from '../../../src/connections/connection.js';
import type { ParentConnection } from '../../../src/connections/parent-connection.js';
import { buildRequest } from '../../../src/connectors/build-request.js';
import { compileConnector } from '../../../src/connectors/compile-connector.js';
import { Secret } from '../../../src/kernel/secret.js';
import { formatProblem } from '../../../src/language/problem.js';
import { actionOf, connector, PARENT, TOKEN } from './parts.js';

const FORCE = `
name: acme_crm
title: Acme CRM
settings: [{ name: url, title: Address }, { name: region, title: Region, required: false, default: eu }]
base_url: "{{ token.instance_url }}"
hosts: ["*.my.acme.example"]
auth:
  oauth2:
    authorization_url: "{{ settings.url }}/authorize"
    token_url: "{{ settings.url }}/token"
    token_fields: [instance_url, region_path]
identity: { request: { base_url: "{{ settings.url }}", path: /me }, id: "{{ body.id }}", label: "{{ body.id }}" }
actions:
  get:
    title: see records
    request:
      path: "/{{ token.region_path }}/records"
      query: { region: "{{ token.region_path }}" }
      headers: { X-Region: "{{ token.region_path }}" }
`;

function build(instance: string | undefined, text = FORCE, parent: ParentConnection = PARENT) {
  const fields = instance === undefined ? {} : { fields: { instance_url: instance, region_path: 'eu 1' } };
  const credential: Credential = { kind: 'bearer', token: new Secret(TOKEN), generation: 1, ...fields };
  const made = connector(text);
  return buildRequest({ connector: made, parent, credential, template: actionOf('get', made).request, input: {} });
}

function problemsOf(text: string): readonly string[] {
  const result = compileConnector({ file: 'connectors/acme.yaml', text });
  return result.kind === 'broken' ? result.problems.map(formatProblem) : [];
}

describe('an address that the app tells at the login', () => {
  test('is called where it is one of the listed hosts', async () => {
    const request = await build('https://rita.my.acme.example');
    expect(request.url).toBe('https://rita.my.acme.example/eu%201/records?region=eu+1');
    expect(request.headers).toMatchObject({ 'x-region': 'eu 1', authorization: `Bearer ${TOKEN}` });
  });

  test.each([
    'https://my.acme.example',
    'https://a.b.my.acme.example',
    'https://rita.my.acme.example.evil.example',
    'https://evil.example/.my.acme.example',
    'https://evilmy.acme.example',
    'https://rita.my.acme.example:8443',
    'https://user@rita.my.acme.example',
    'https://*.my.acme.example',
    'http://rita.my.acme.example',
    'ftp://rita.my.acme.example',
    'rita.my.acme.example',
    '',
  ])('is not called at %j', async (instance) => {
    await expect(build(instance)).rejects.toMatchObject({ code: 'connection.invalid' });
  });

  test('is missing where the login did not tell it', async () => {
    await expect(build(undefined)).rejects.toMatchObject({ code: 'connection.invalid' });
  });

  test('is that of each login: one connection serves many', async () => {
    const hosts = ['rita', 'sam'].map((name) => build(`https://${name}.my.acme.example`));
    expect((await Promise.all(hosts)).map(({ url }) => new URL(url).hostname)).toEqual([
      'rita.my.acme.example',
      'sam.my.acme.example',
    ]);
  });

  test('may have a wildcard whose end is a setting, but none that a setting writes', async () => {
    const settings = { ...PARENT.settings, region: 'eu' };
    const text = FORCE.replace('"*.my.acme.example"', '"*.{{ settings.region }}.acme.example"');
    expect((await build('https://rita.eu.acme.example', text, { ...PARENT, settings })).url).toContain('rita.eu');
    const written = FORCE.replace('"*.my.acme.example"', '"{{ settings.region }}"');
    const wide = { ...PARENT, settings: { ...settings, region: '*.acme.example' } };
    await expect(build('https://rita.acme.example', written, wide)).rejects.toMatchObject({
      code: 'connection.invalid',
    });
    const short = { ...PARENT, settings: { ...settings, region: 'example' } };
    const tail = FORCE.replace('"*.my.acme.example"', '"*.{{ settings.region }}"');
    await expect(build('https://rita.example', tail, short)).rejects.toMatchObject({ code: 'connection.invalid' });
  });
});

describe('a list of hosts is refused', () => {
  test.each(['*', '*.com', '*.', 'a.*.acme.example', '*.*.acme.example', 'x*.my.acme.example', '*.acme.example:*'])(
    'with %j in it',
    (host) => {
      expect(problemsOf(FORCE.replace('*.my.acme.example', host))).toContainEqual(
        expect.stringMatching(/:6:\d+ error a wildcard stands for one label before at least two others/),
      );
    },
  );

  test('where nothing bounds an address out of the login', () => {
    expect(problemsOf(FORCE.replace('hosts: ["*.my.acme.example"]\n', ''))).toContainEqual(
      expect.stringMatching(/an address out of the login needs hosts that bound it/),
    );
  });

  test('with a field of the login that is not kept', () => {
    expect(problemsOf(FORCE.replace('token_fields: [instance_url,', 'token_fields: [instance,'))).toContainEqual(
      expect.stringMatching(/"token.instance_url" is not declared {2}hint: did you mean "instance"\?/),
    );
  });
});
