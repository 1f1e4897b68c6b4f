/** A file that goes along with what the bot says. */
export interface TextFile {
  readonly name: string;
  readonly mimeType: string;
  readonly text: string;
}
