import type { RichText } from '../../kernel/rich-text.js';
import { type Formats, roundUp, withoutEnd } from '../formats.js';
import { italic, rich } from '../rich.js';

/** What a job says by itself, beside the replies that its recipe has written. */
export const jobs = (format: Formats) => ({
  cancel: 'Cancel',
  workingOn: (before: string, recipe: string): RichText => rich`${before}Working on ${italic(recipe)}…`,
  waitsForTurn: (recipe: string): RichText =>
    rich`${italic(recipe)} waits for its turn: there is much to do at the moment. I start it by myself as soon as I can.`,
  waitsForApp: (recipe: string, app: string, ms: number): RichText =>
    rich`${app} is asked as often as it may be. I go on with ${italic(recipe)} by myself in ${format.duration(roundUp(ms))}.`,
  cancelled: (recipe: string, left: string): RichText => rich`Cancelled: ${italic(recipe)}. ${left}`,
  /** What a job that ended early has done. */
  left: {
    nothing: 'Nothing was done.',
    something: 'What had been done before stays done.',
    unknown: 'I cannot tell whether what I had begun was done; please check in the app.',
  },
  advice: {
    nothing: 'Please type the command again.',
    something: 'What had been done before stays done; please look at it before you type the command again.',
    unknown:
      'I was interrupted in a step and cannot tell whether it was done; please check in the app before you type the command again.',
  },
  expired: (recipe: string, minutes: number): RichText =>
    rich`This request has expired: the login was not done within ${format.duration(minutes * 60_000)}. Type the command for ${italic(recipe)} again when you are ready.`,
  recipeGone: (recipe: string, advice: string): RichText =>
    rich`${italic(recipe)} has been stopped or changed in the meantime, so I did not go on with it. ${advice}`,
  recipeStopped: (recipe: string): RichText =>
    rich`${italic(recipe)} has been stopped by whoever looks after it, so I do not wait any longer.`,
  loginRefused: (app: string) =>
    `${app} refuses the login although you have just logged in. Please tell your administrator.`,
  stopped: (recipe: string): RichText => rich`${italic(recipe)} has stopped without a result.`,
  stoppedCalled: (recipe: string) => `${recipe} has stopped.`,
  done: (recipe: string): RichText => rich`Done: ${italic(recipe)}.`,
  failed: (recipe: string, text: string): RichText => rich`${italic(recipe)} did not work. ${text}`,
  reference: (reference: string) => `Reference ${reference}`,
  referenceBehind: (text: string, reference: string) => `${text} (reference ${reference})`,
  repeated: 'I was interrupted; you may have seen it already.',
  onlyYouSeeIt:
    'I could not say this to everybody in the channel, so only you see it. If I am not a member there, invite me.',
  denied: {
    person: (recipe: string): RichText =>
      rich`${italic(recipe)} is not open to you. If you need it, ask the person who looks after me here to add you.`,
    place: (recipe: string): RichText =>
      rich`${italic(recipe)} can only be used in certain channels. Type it there, or ask the person who looks after me here.`,
  },
  tooManyItems: (items: number, most: number) =>
    `These are ${format.number(items)} things, and I may work on ${format.number(most)} at most. Nothing was done to them.`,
  tooMuchData: 'This is more data than I can work through at once. Nothing was done to it.',
  tooMuchResult: 'What this gives is more than I can keep.',
  onlyInChannels: 'It asks other people something, so it works in a channel only.',
  interruptedIn: (app: string, action: string) =>
    `I was interrupted while I asked ${app} to ${action}. I cannot tell whether that was done, so I did not repeat it. Please check in ${app} before you try again.`,
  mayHaveManaged: (problem: string, app: string, action: string) =>
    `${problem} I cannot tell whether ${app} has still managed to ${action}; please check there before you try again.`,
});

/** Questions that jobs ask, and what becomes of them. */
export const asks = (format: Formats) => ({
  choose: 'Choose',
  answer: 'Answer',
  typeHere: 'Type here instead',
  inTime: 'Nobody answered in time.',
  answeredBy: (label: string, name: string) => `✓ ${label}, by ${name}`,
  unanswered: (recipe: string, ms: number): RichText =>
    rich`Nobody answered within ${format.duration(ms)}, so I cancelled ${italic(recipe)}.`,
  forOther: 'This question is for somebody else.',
  already: (label: string) => `You have answered already: ✓ ${label}`,
  wasFirst: (name: string, label: string) => `${name} was first: ✓ ${label}`,
  filledIn: 'Filled in',
  orSkip: (word: string, preset: string | undefined) =>
    preset === undefined ? `or ${word}` : `or ${word} for ${preset}`,
  /** What the one thing is called that a question asks for. */
  answerName: 'answer',
  typeThe: (field: string) => `Please type the ${field}.`,
  startedElse: 'You have started something else since I asked. Press Answer to answer it.',
  nothingToChoose: 'There is nothing to choose from.',
  nobodyToAsk: 'I do not know whom to ask.',
});

/** Small words around what recipes reply. */
export const replies = (format: Formats) => ({
  nothingToChoose: (label: string) => `${withoutEnd(label)}: there is nothing to choose.`,
  moreToChoose: (count: number) => `… and ${format.number(count)} more to choose from.`,
  moreRows: (count: number) => `… and ${format.number(count)} more ${count === 1 ? 'row' : 'rows'}.`,
  sure: 'Are you sure?',
  yes: 'Yes',
  no: 'No',
  open: 'Open',
  choose: 'Choose…',
  picture: 'Picture',
  cut: 'The rest was too long to show here.',
  cutBySlack: 'Slack takes no longer messages, so the rest is left out here.',
  cutBySlackHome: 'Slack takes no longer pages, so the rest is left out here. Write to me to see all of it.',
  noAddress: (labels: readonly string[]) => `No usable address for: ${labels.join(', ')}.`,
  shownOf: (shown: number, all: number) => `${shown} of ${all} can be chosen here.`,
});
