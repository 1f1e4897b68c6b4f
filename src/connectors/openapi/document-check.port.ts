/** Holds a document against the OpenAPI specification. */
export interface OpenApiDocumentCheck {
  /**
   * What is wrong with an OpenAPI 3.0 or 3.1 document, in one line each; empty when nothing is. Reads nothing else: references
   * to files and addresses are left alone.
   */
  check(document: object): Promise<readonly string[]>;
}
