import type { RichText } from '../../kernel/rich-text.js';
import { type Formats, roundUp } from '../formats.js';
import { bold, code, italic, rich } from '../rich.js';

/** What is said about commands, buttons, questions and forms before there is a job. */
export const commands = (format: Formats) => ({
  /** What people type for commands that are built in, in small letters. Those of English may be typed in every language. */
  words: { help: 'help', cancel: 'cancel', connections: 'personal_connections' },
  chooseFirst: 'Please choose something in the list first, then press the button again.',
  chooseSomething: 'Please choose something in the list first.',
  notYours: 'Only the person who asked can use this.',
  tooOld: 'This button is too old or has been used. Please type the command again.',
  formTooOld: 'This form is too old, so nothing was done. Please type the command again.',
  fileAlone: rich`Thank you for the file, but I do not know what it is for. Please send it together with a command, or when I ask for it. Write ${code('help')} to see the commands.`,
  notWaiting: 'That request is not waiting any more.',
  stopped: (command: string) => `The command “${command}” has been stopped.`,
  slashCommandGone: (command: string) =>
    `${command} has been stopped, or is new and not ready yet. Write help to see what I can do.`,
  shortcutGone: 'This shortcut has been stopped, or is new and not ready yet. Write help to see what I can do.',
  changed: 'That command has been stopped or changed in the meantime. Please type it again.',
  questionNotOpen: 'This question is not open any more.',
  questionNotOpenType: 'This question is not open any more. Please type the command again.',
  formFailed: 'The form could not be opened. Please answer here instead.',
  withReference: (text: string, reference: string) => `${text} (reference ${reference})`,
  unsureWhetherAllowed: (recipe: string): RichText =>
    rich`I can't find out right now whether you may use ${italic(recipe)}. Please try again in a moment.`,
  tooFast: (recipe: string, ms: number): RichText =>
    rich`These were too many commands at once, so I have not started ${italic(recipe)}. Please try again in ${format.duration(roundUp(ms))}.`,
  tooManyOpen: (recipe: string): RichText =>
    rich`You have as many requests under way as I take from one person, so I have not started ${italic(recipe)}. Please try again when some of them are done.`,
  tryAgain: 'Try again',
  stoppedItself: (recipe: string): RichText =>
    rich`${italic(recipe)} has stopped: it has not worked several times in a row. Your administrator has been told.`,
  cannotStart: (recipe: string, why: string): RichText => rich`${italic(recipe)} cannot start: ${why}`,
  overtaken: (recipe: string): RichText =>
    rich`You have started something else since I asked about ${italic(recipe)}. Please type the command again if you still need it.`,
  buttonOnly: (recipe: string): RichText =>
    rich`${italic(recipe)} works from its button only: it needs to know what it is about.`,
  undeclared: (recipe: string, unknown: readonly string[], known: readonly string[]) => {
    const takes = known.length === 0 ? 'It takes none.' : `It takes: ${known.join(', ')}.`;
    const what = unknown.length === 1 ? 'a value' : 'values';
    return `“${recipe}” was given ${what} that it does not know: ${unknown.join(', ')}. ${takes} Nothing was done.`;
  },
  takesNoFile: (recipe: string) => `“${recipe}” takes no file, so nothing was done. Please type it again without one.`,
  unusedWords: (recipe: string, words: string, names: readonly string[]) =>
    names.length === 0
      ? `“${recipe}” takes nothing behind it, so nothing was done. Please type it again without “${words}”.`
      : `I don't know what “${words}” is for, so nothing was done. “${recipe}” takes: ${names.map((name) => `${name}: …`).join(' ')}`,
  noUseForFile: (recipe: string) => `“${recipe}” has no use for a file here.`,
  personInForm: 'with an @, or in the form',
  personNotFound: (parameter: string) => `I can't find the person for "${parameter}" here.`,
  choose: 'Choose',
  fillInForm: 'Fill in a form',
  cancel: 'Cancel',
  example: (example: string) => `e.g. ${example}`,
  typeMore: (characters: number) => `Please type at least ${characters} characters.`,
  typeWhat: 'Please type what to look for.',
  nothingFound: (text: string) => `I have found nothing for “${text}”.`,
  firstOfMore: (count: number) =>
    `These are the first ${count} of more that I have found. Choose one, or type more of it.`,
  found: (text: string, count: number) =>
    `I have found ${count === 1 ? 'this' : 'these'} for “${text}”. Please choose.`,
  noAnswerInTime: 'I have got no answer in time. Please try again.',
  notLookedUpInMenu: 'I could not look this up. Please type it once more.',
  loginFirstInMenu: (apps: readonly string[]) => `Log in to ${format.and(apps)} first: see my message in the chat`,
  loginForForm: (recipe: string, apps: readonly string[]): RichText =>
    rich`The form of ${italic(recipe)} offers what you may see in ${bold(format.and(apps))}. Please log in, then type in the form again.`,
  cancelledNothingDone: 'Cancelled. Nothing was done.',
  cancelled: 'Cancelled.',
  nothingToCancel: 'There is nothing to cancel.',
  cancelledOne: (recipe: string, others: number): RichText => {
    const count = others === 1 ? 'One more request is' : `${others} more requests are`;
    return rich`Cancelled: ${italic(recipe)}.${others === 0 ? '' : ` ${count} still waiting.`}`;
  },
  stopping: (recipe: string): RichText => rich`I stop ${italic(recipe)} as soon as what it is doing now is over.`,
});
