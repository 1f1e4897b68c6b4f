import { extensionOf, mediaTypeOf } from '../kernel/media-types.js';
import type { Texts } from '../texts/english.js';
import type { Parameter } from './compiled-parameter.js';

interface Offered {
  readonly name: string;
  readonly mimeType: string;
  readonly size?: number;
  readonly unreadable?: keyof Texts['parameters']['unreadable'];
}

const MB = 1024 * 1024;

/**
 * Why a parameter does not take a file, for the person; undefined when it does. The platform's word on type and size is taken
 * here; what is read later is bounded all the same.
 */
export function refuseFile(
  { name, validation }: Pick<Parameter, 'name' | 'validation'>,
  file: Offered,
  limitBytes: number,
  { format, parameters }: Texts,
): string | undefined {
  if (file.unreadable !== undefined) return parameters.unreadable[file.unreadable](file.name);
  const maxBytes = largest(validation?.maxBytes, limitBytes);
  if (file.size === 0) return parameters.fileEmpty;
  if (file.size !== undefined && file.size > maxBytes)
    return validation?.message ?? parameters.fileTooLarge(name, sizeOf(maxBytes, format));
  const types = validation?.types;
  if (!types || types.some((type) => isOfType(file, type))) return undefined;
  return (
    validation.message ??
    parameters.fileOfType(
      name,
      types.map((type) => titleOf(type, parameters)),
    )
  );
}

/** Bytes that a parameter takes at most. */
export function largest(own: number | undefined, limitBytes: number): number {
  return Math.min(own ?? limitBytes, limitBytes);
}

/** `pdf` is an extension, `image/*` and `application/pdf` are media types. */
function isOfType({ mimeType, name }: Offered, type: string): boolean {
  if (!type.includes('/')) return extensionOf(name) === type;
  const isUnknown = mimeType === 'application/octet-stream';
  const actual = (isUnknown ? mediaTypeOf(name) : mimeType).toLowerCase();
  return type.endsWith('/*') ? actual.startsWith(type.slice(0, -1)) : actual === type;
}

function titleOf(type: string, { anyOf }: Texts['parameters']): string {
  if (type.endsWith('/*')) return anyOf(type.slice(0, -2));
  return type.includes('/') ? type : type.toUpperCase();
}

function sizeOf(bytes: number, { exact }: Texts['format']): string {
  return bytes >= MB ? `${exact(Math.floor((bytes / MB) * 10) / 10)} MB` : `${exact(Math.ceil(bytes / 1024))} KB`;
}
