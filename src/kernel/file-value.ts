/** A file as datapills see it: what is known of it, never its content. */
export interface FileValue {
  /** As the person named it, without what could lead anywhere. */
  readonly name: string;
  /** Media type, as the platform says. */
  readonly type: string;
  /** Bytes, where the platform says so. */
  readonly size?: number;
  /** Sealed: what the content is found by, for the person who sent it alone. */
  readonly ref: string;
}

/** How every reference begins. */
export const FILE_REF = 'file.';

const MAX_NAME = 200;

/** True for what looks like a file; whether it is one shows when its reference is opened. */
export function isFileValue(value: unknown): value is FileValue {
  if (typeof value !== 'object' || value === null) return false;
  if (!('name' in value) || !('type' in value) || !('ref' in value)) return false;
  const { name, ref, type } = value;
  return typeof name === 'string' && typeof type === 'string' && typeof ref === 'string' && ref.startsWith(FILE_REF);
}

/** A name that is only a name: no folders, no control characters, none that turn the direction of reading. */
export function plainFileName(name: string): string {
  const plain = name
    .toWellFormed()
    .replaceAll(/[\u202a-\u202e\u2066-\u2069]/gu, '')
    .replaceAll(/[/\\\p{Cc}]/gu, '_')
    .trim();
  if (/^\.*$/u.test(plain)) return 'file';
  if (plain.length <= MAX_NAME) return plain;
  const ending = /\.[^.]{1,20}$/u.exec(plain)?.[0] ?? '';
  return `${plain.slice(0, MAX_NAME - ending.length).toWellFormed()}${ending}`;
}

/** A media type that can stand in a header; `application/octet-stream` for what is none. */
export function plainMediaType(type: string): string {
  const [plain = ''] = type.split(';', 1);
  const trimmed = plain.trim().toLowerCase();
  return trimmed.length <= 127 && /^[a-z0-9][\w.+-]*\/[\w.+-]+$/u.test(trimmed) ? trimmed : 'application/octet-stream';
}
