import type { Formats } from '../formats.js';

/** What a parameter may be, at least and at most. */
export interface Bounds {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly minLength?: number | undefined;
  readonly maxLength?: number | undefined;
}

/** What is wrong with what was given for a parameter. `*name*` becomes bold where the place has bold. */
export const parameters = (format: Formats) => ({
  /** Single words that may be typed, in small letters. Those of English may be typed in every language. */
  words: {
    yes: 'yes',
    no: 'no',
    yesterday: 'yesterday',
    today: 'today',
    tomorrow: 'tomorrow',
    dayAfterTomorrow: 'day after tomorrow',
    skip: 'skip',
  },
  giveValue: (name: string) => `Please give a value for "${name}".`,
  tooLong: (name: string, characters: number) => `"${name}" is too long: ${characters} characters at most.`,
  yesOrNo: (name: string) => `Please answer yes or no for "${name}".`,
  date: (name: string) => `"${name}" must be a date, like 2026-12-24, 24.12.2026 or tomorrow.`,
  time: (name: string) => `"${name}" must be a time, like 14:30 or 2:30 pm.`,
  number: (name: string) => `"${name}" must be a number, like 5000 or 1250${format.decimals[0]}50.`,
  ambiguousNumber: (name: string, typed: string, whole: string, fraction: string) =>
    `I can't tell whether ${typed} for "${name}" means ${whole} or ${fraction}. Please write it in one of these ways.`,
  file: (name: string) => `Please send the file for "${name}" as an attachment; a text is no file.`,
  user: (name: string) => `Please mention the person for "${name}", with an @.`,
  oneOf: (name: string, options: readonly string[], hasMore: boolean) =>
    `"${name}" must be one of: ${options.join(', ')}${hasMore ? ', …' : ''}.`,
  bounds: (name: string, { max, maxLength, min, minLength }: Bounds) => {
    const rules = [
      ...(min === undefined ? [] : [`at least ${format.exact(min)}`]),
      ...(max === undefined ? [] : [`at most ${format.exact(max)}`]),
      ...(minLength === undefined ? [] : [`at least ${minLength} characters`]),
      ...(maxLength === undefined ? [] : [`at most ${maxLength} characters`]),
    ];
    return rules.length === 0 ? `"${name}" has not the right form.` : `"${name}" must have ${format.and(rules)}.`;
  },
  oneFile: (name: string, count: number) => `Please send one file for *${name}*, not ${count}.`,
  askForFile: (name: string) => `Please send the file for *${name}* as an attachment.`,
  fileEmpty: 'That file is empty.',
  fileTooLarge: (name: string, size: string) => `That file is too large for *${name}*: at most ${size}.`,
  fileOfType: (name: string, types: readonly string[]) => `*${name}* must be a file of the type ${types.join(' or ')}.`,
  anyOf: (kind: string) => `${kind} (any)`,
  goneFromTeams:
    'Microsoft Teams lets me read a file only for a short while after it was sent, and that is over. Please send it again.',
  unreadable: {
    link: (file: string) => `“${file}” is only a link to a file in another place. Please upload the file itself.`,
    gone: (file: string) => `“${file}” is not there any more. Please send it again.`,
    only_in_own_chat: () =>
      'In channels and group chats Microsoft Teams does not let me read files. Please send the file to me in our own chat.',
  },
});
