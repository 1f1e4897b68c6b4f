import { type ParserOptions, validate } from '@readme/openapi-parser';
import type { OpenApiDocumentCheck } from '../../src/connectors/openapi/document-check.port.js';

type Document = Exclude<Parameters<typeof validate>[0], string>;

/** Nothing else is read: no file, no address. */
const OPTIONS: ParserOptions = {
  resolve: { external: false, file: false },
  dereference: { circular: 'ignore' },
  timeoutMs: 60_000,
};

/** Checks OpenAPI documents with @readme/openapi-parser. */
export function createOpenApiDocumentCheck(): OpenApiDocumentCheck {
  return {
    check: async (document) => {
      try {
        const copy: Document = JSON.parse(JSON.stringify(document));
        const result = await validate(copy, OPTIONS);
        return result.valid ? [] : result.errors.map(({ message }) => firstLine(message));
      } catch (error) {
        const message = typeof error === 'object' && error !== null && 'message' in error ? error.message : undefined;
        return [typeof message === 'string' ? firstLine(message) : 'it cannot be read'];
      }
    },
  };
}

/** What follows is an excerpt of the document. */
function firstLine(message: string): string {
  return message.trim().split('\n', 1)[0] ?? message;
}
