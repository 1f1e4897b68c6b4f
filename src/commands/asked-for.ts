import type { TextEvent } from '../chat/chat-event.js';
import type { AskedField } from '../jobs/job.js';
import type { Clock } from '../kernel/clock.port.js';
import type { Parameter, ParameterOption } from '../recipes/compiled-parameter.js';
import { parseParameterValue } from '../recipes/parameter-values.js';
import type { RecipeBook } from '../recipes/recipe-book.js';
import { textsFor } from '../texts/texts-for.js';
import type { AnswerJobs } from './answer-jobs.js';
import { isJobQuestion, type Question, type Questions } from './questions.js';

interface AskedForDeps {
  readonly answers: Pick<AnswerJobs, 'fieldOf' | 'isOvertaken'>;
  readonly questions: Pick<Questions, 'answeredBy'>;
  readonly recipes: () => RecipeBook;
  readonly clock: Clock;
}

/** True where the person is asked for one of a few, and this is one of them: it is no command then. */
export async function areOffered(deps: AskedForDeps, event: TextEvent): Promise<boolean> {
  const question = await deps.questions.answeredBy(event);
  const asked = question && (await askedFor(deps, question, event));
  return asked?.options?.some((option) => reads(option, event.text)) ?? false;
}

/** True for a text that cannot be what the question asks for: a command that it calls is meant as one. */
export async function isNoAnswer(deps: AskedForDeps, question: Question, event: TextEvent): Promise<boolean> {
  // A process that has died had asked it because of this very event.
  if (question.lastEventId === event.id || event.files) return false;
  if ((!isJobQuestion(question) && question.awaiting) || (await deps.answers.isOvertaken(question, event))) return true;
  const asked = await askedFor(deps, question, event);
  if (!asked || ('search' in asked && asked.search)) return false;
  const { locale, mentions, text, timeZone } = event;
  const context = { now: deps.clock.now(), texts: textsFor(locale), locale, timeZone, mentions };
  return parseParameterValue(asked, text, context).kind === 'invalid';
}

/** What the question has come to; undefined where it is over. */
async function askedFor(
  { answers, recipes }: AskedForDeps,
  question: Question,
  event: TextEvent,
): Promise<AskedField | Parameter | undefined> {
  if (isJobQuestion(question)) return answers.fieldOf(question, event);
  return recipes()
    .get(question.recipe)
    ?.parameters.find(({ name }) => name === question.asking);
}

function reads({ label, value }: ParameterOption, text: string): boolean {
  const typed = text.trim().toLowerCase();
  return label.toLowerCase() === typed || String(value).toLowerCase() === typed;
}
