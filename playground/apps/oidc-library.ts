/** The types of `oidc-provider`, which is published as ES modules only, for a program that is not. */
export type OidcLibrary = typeof import('oidc-provider', { with: { 'resolution-mode': 'import' }});

export type Provider = InstanceType<OidcLibrary['default']>;
export type Configuration = NonNullable<ConstructorParameters<OidcLibrary['default']>[1]>;
export type Adapter = InstanceType<Extract<NonNullable<Configuration['adapter']>, new (name: string) => unknown>>;
export type AdapterPayload = Parameters<Adapter['upsert']>[1];
