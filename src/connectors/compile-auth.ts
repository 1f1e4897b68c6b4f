import type { Template } from '../language/template.js';
import type { YamlPath } from '../language/yaml-document.js';
import type { AuthMethodsFile } from './auth-file.js';
import type { AuthMethods, BasicMethod, CustomMethod, OAuth2Method } from './auth-methods.js';
import { keepAliveMistake, toKeepAlivePolicy } from './keep-alive-file.js';

/** What the compiler of a connector lends to the part about authentication. */
export interface AuthCompiler {
  /** A text that settings may fill in. */
  settingsText(text: string, path: YamlPath): Template;
  /** The same with the id of the client. */
  clientText(text: string, path: YamlPath): Template;
  /** A text that the named secret fields may fill in. */
  fieldsText(text: string, path: YamlPath, fields: ReadonlySet<string>): Template;
  report(path: YamlPath, message: string, hint?: string): void;
}

/** Headers that carry the request itself. `authorization` and `cookie` are what credentials are for. */
const REQUEST_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'content-type',
  'host',
  'transfer-encoding',
]);

/** Compiles the authentication methods of a connector file. */
export function compileAuth(file: AuthMethodsFile, compiler: AuthCompiler): AuthMethods {
  const { oauth2, client_credentials, oauth1, api_key, basic, custom } = file;
  if (!oauth2 && !client_credentials && !oauth1 && !api_key && !basic && !custom) {
    compiler.report(['auth'], 'needs one of: oauth2, client_credentials, oauth1, api_key, basic, custom');
  }
  return {
    ...(oauth2 ? { oauth2: compileOAuth2(oauth2, compiler) } : {}),
    ...(client_credentials ? { client_credentials: compileClient(client_credentials, compiler) } : {}),
    ...(oauth1 ? { oauth1: compileOAuth1(oauth1, compiler) } : {}),
    ...(api_key ? { api_key: compileApiKey(api_key, compiler) } : {}),
    ...(basic ? { basic: compileBasic(basic) } : {}),
    ...(custom ? { custom: compileCustom(custom, compiler) } : {}),
  };
}

function compileOAuth2(file: NonNullable<AuthMethodsFile['oauth2']>, compiler: AuthCompiler): OAuth2Method {
  const text = (key: 'authorization_url' | 'token_url') => compiler.settingsText(file[key], ['auth', 'oauth2', key]);
  const issuer =
    file.issuer === undefined ? undefined : compiler.settingsText(file.issuer, ['auth', 'oauth2', 'issuer']);
  if (file.client_authentication === 'none' && file.pkce === 'none') {
    compiler.report(['auth', 'oauth2', 'pkce'], 'a client without a secret needs PKCE', 'write pkce: S256');
  }
  if (file.client_authentication === 'none' && file.on_behalf_of) {
    compiler.report(['auth', 'oauth2', 'on_behalf_of'], 'only a client with a secret can exchange assertions');
  }
  return {
    authorizationUrl: text('authorization_url'),
    tokenUrl: text('token_url'),
    ...compileRevocation(file, compiler),
    ...(issuer ? { issuer } : {}),
    issuerRequired: file.issuer_required,
    scopes: file.scopes,
    scopeSeparator: file.scope_separator,
    ...(file.scope_parameter === undefined ? {} : { scopeParameter: file.scope_parameter }),
    clientAuthentication: file.client_authentication,
    pkce: file.pkce,
    authorizationParameters: file.authorization_parameters,
    tokenParameters: file.token_parameters,
    tokenFields: file.token_fields,
    ...(file.token_path === undefined ? {} : { tokenPath: file.token_path }),
    ...(file.default_expires_in === undefined ? {} : { defaultExpiresInSeconds: file.default_expires_in }),
    codeLifetimeSeconds: file.code_lifetime,
    revocationEnds: file.revocation_ends,
    reauthorizeErrors: file.reauthorize_errors,
    ...compileKeepAlive(file, compiler),
    ...(file.on_behalf_of
      ? {
          onBehalfOf: {
            tokenParameters: file.on_behalf_of.token_parameters,
            requiredSettings: file.on_behalf_of.required_settings,
          },
        }
      : {}),
  };
}

function compileKeepAlive(
  { keep_alive: keepAlive }: NonNullable<AuthMethodsFile['oauth2']>,
  compiler: AuthCompiler,
): Pick<OAuth2Method, 'keepAlive'> {
  if (!keepAlive) return {};
  const mistake = keepAliveMistake(keepAlive);
  if (mistake) compiler.report(['auth', 'oauth2', 'keep_alive', 'max_unused_days'], mistake.message, mistake.hint);
  return { keepAlive: toKeepAlivePolicy(keepAlive) };
}

function compileRevocation(
  { revocation_url: url, revocation_call: call }: NonNullable<AuthMethodsFile['oauth2']>,
  compiler: AuthCompiler,
): Pick<OAuth2Method, 'revocationUrl' | 'revocationCall'> {
  const path = ['auth', 'oauth2'];
  if (url === undefined) {
    if (call) compiler.report([...path, 'revocation_call'], 'needs an address', 'add "revocation_url"');
    return {};
  }
  const revocationUrl = compiler.clientText(url, [...path, 'revocation_url']);
  if (!call) return { revocationUrl };
  const { json, ...rest } = call;
  return { revocationUrl, revocationCall: { ...rest, ...(json === undefined ? {} : { json }) } };
}

function compileClient(file: NonNullable<AuthMethodsFile['client_credentials']>, compiler: AuthCompiler) {
  return {
    tokenUrl: compiler.settingsText(file.token_url, ['auth', 'client_credentials', 'token_url']),
    scopes: file.scopes,
    scopeSeparator: file.scope_separator,
    clientAuthentication: file.client_authentication,
    tokenParameters: Object.entries(file.token_parameters).map(([name, text]) => {
      return [name, compiler.settingsText(text, ['auth', 'client_credentials', 'token_parameters', name])] as const;
    }),
    tokenFields: file.token_fields,
    ...(file.default_expires_in === undefined ? {} : { defaultExpiresInSeconds: file.default_expires_in }),
  };
}

function compileOAuth1(file: NonNullable<AuthMethodsFile['oauth1']>, compiler: AuthCompiler) {
  const text = (key: 'request_token_url' | 'authorization_url' | 'access_token_url') =>
    compiler.settingsText(file[key], ['auth', 'oauth1', key]);
  return {
    requestTokenUrl: text('request_token_url'),
    authorizationUrl: text('authorization_url'),
    accessTokenUrl: text('access_token_url'),
    signatureMethod: file.signature_method,
  };
}

function compileApiKey(file: NonNullable<AuthMethodsFile['api_key']>, compiler: AuthCompiler) {
  const path = ['auth', 'api_key'];
  if (!('fields' in file)) {
    if (file.in === 'header') checkHeader(file.name, [...path, 'name'], compiler);
    const { in: where, name, prefix } = file;
    return { fields: [{ name: 'key', title: 'API key', in: where, as: name, prefix }] };
  }
  checkUnique(file.fields, path, compiler);
  const fields = file.fields.map(({ title, ...field }, index) => {
    if (field.in === 'header') checkHeader(field.as, [...path, 'fields', index, 'as'], compiler);
    return { ...field, title: title ?? field.name };
  });
  return { fields };
}

function compileBasic(file: NonNullable<AuthMethodsFile['basic']>): BasicMethod {
  return {
    usernameTitle: file.username_title ?? 'User name',
    passwordTitle: file.password_title ?? 'Password',
    usernameSuffix: file.username_suffix,
  };
}

function compileCustom(file: NonNullable<AuthMethodsFile['custom']>, compiler: AuthCompiler): CustomMethod {
  const path = ['auth', 'custom'];
  checkUnique(file.fields, path, compiler);
  const names = new Set(file.fields.map(({ name }) => name));
  const entries = (key: 'headers' | 'query') =>
    Object.entries(file[key]).map(([name, text]) => {
      if (key === 'headers') checkHeader(name, [...path, key, name], compiler);
      return [name, compiler.fieldsText(text, [...path, key, name], names)] as const;
    });
  return {
    fields: file.fields.map(({ title, ...field }) => ({ ...field, title: title ?? field.name })),
    headers: entries('headers'),
    query: entries('query'),
  };
}

function checkUnique(fields: readonly { readonly name: string }[], path: YamlPath, compiler: AuthCompiler): void {
  const seen = new Set<string>();
  fields.forEach(({ name }, index) => {
    if (seen.has(name)) compiler.report([...path, 'fields', index, 'name'], `the field "${name}" is there twice`);
    seen.add(name);
  });
}

function checkHeader(name: string, path: YamlPath, compiler: AuthCompiler): void {
  const isToken = /^[!#$%&'*+.^_`|~\dA-Za-z-]+$/.test(name);
  if (!isToken) compiler.report(path, `"${name}" is no name of a header`);
  else if (REQUEST_HEADERS.has(name.toLowerCase())) compiler.report(path, `the header ${name} cannot be set here`);
}
