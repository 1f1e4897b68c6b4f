import type { YamlPath } from '../../language/yaml-document.js';
import type { JsonObject } from './json-view.js';

/** Something that a person has to look at, and where in the connector file. */
export interface ImportNote {
  readonly path: YamlPath;
  readonly text: string;
}

/** A connector file in the making. */
export interface ConnectorDraft {
  readonly connector: JsonObject;
  readonly notes: readonly ImportNote[];
}
