import type { Template } from '../language/template.js';
import type { YamlPath } from '../language/yaml-document.js';
import type { Connector } from './connector.js';

/** What reading one entry of `connections.yaml` needs; mistakes are reported through it. */
export interface EntryReader {
  readonly connection: string;
  readonly connector: Connector;
  readonly redirectUri: string;
  readonly now: () => number;
  /** The text with its environment variables. */
  fill(value: string, path: YamlPath): string;
  /** The same; a secret that stands in the file itself is used, with a warning. */
  secret(value: string, path: YamlPath): string;
  /** `clientId`: for texts that may hold it. */
  address(template: Template, what: string, clientId?: string): Promise<string>;
  text(template: Template, clientId?: string): Promise<string>;
  report(path: YamlPath, message: string, hint?: string): void;
}
