import type { SettingName } from './settings.js';
import { isSpoken, languages } from './texts/texts-for.js';

/** What people read of whom no language is known that the service speaks. */
export interface LanguageSettings {
  /** BCP 47. */
  readonly defaultLocale: string;
}

interface Reader {
  fail(name: SettingName, what: string): void;
  required(name: SettingName, advice: string): string;
}

export function readLanguage(reader: Reader): LanguageSettings {
  const defaultLocale = reader.required('DEFAULT_LOCALE', 'Leave it out for English.');
  if (!isSpoken(defaultLocale))
    reader.fail('DEFAULT_LOCALE', `is none of the languages that there are: ${languages().join(', ')}.`);
  return { defaultLocale };
}
