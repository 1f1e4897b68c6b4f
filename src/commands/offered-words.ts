import type { TextEvent } from '../chat/chat-event.js';
import type { ParameterOption } from '../recipes/compiled-parameter.js';
import type { RecipeBook } from '../recipes/recipe-book.js';
import type { AnswerJobs } from './answer-jobs.js';
import { isJobQuestion, type Questions } from './questions.js';

interface OfferedWordsDeps {
  readonly answers: Pick<AnswerJobs, 'optionsOf'>;
  readonly questions: Pick<Questions, 'answeredBy'>;
  readonly recipes: () => RecipeBook;
}

/** True where the person is asked for one of a few, and this is one of them: `cancel` is no command then. */
export async function areOffered(
  { answers, questions, recipes }: OfferedWordsDeps,
  event: TextEvent,
): Promise<boolean> {
  const question = await questions.answeredBy(event);
  if (!question) return false;
  const options = isJobQuestion(question)
    ? await answers.optionsOf(question, event)
    : recipes()
        .get(question.recipe)
        ?.parameters.find(({ name }) => name === question.asking)?.options;
  return options?.some((option) => reads(option, event.text)) ?? false;
}

function reads({ label, value }: ParameterOption, text: string): boolean {
  const typed = text.trim().toLowerCase();
  return label.toLowerCase() === typed || String(value).toLowerCase() === typed;
}
