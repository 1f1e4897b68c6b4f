import type { ChatUser } from '../chat/chat-user.js';
import type { Click, Clicks } from '../chat/clicks.js';
import type { ConversationRef } from '../chat/conversation.js';
import { howToAnswer } from '../chat/how-to-answer.js';
import type { Block, Button, Message, RichText } from '../chat/message.js';
import { plainText } from '../kernel/rich-text.js';
import type { CompiledRecipe } from '../recipes/compiled-recipe.js';
import type { Texts } from '../texts/english.js';
import type { ParameterProblem } from './gather-parameters.js';
import { listedChoices } from './listed-choices.js';

/** The picklist of a question. */
export const CHOICE_PICKLIST = 'option';

/** The question for one parameter: what was wrong with what was given, what it may be, and the ways out. */
export async function questionMessage(
  clicks: Clicks,
  user: ChatUser,
  question: string,
  asked: {
    readonly recipe: CompiledRecipe;
    readonly problem: ParameterProblem;
    readonly hasForm: boolean;
    readonly isFirst?: boolean;
    /** Where it is asked. */
    readonly conversation: ConversationRef;
    readonly texts: Texts;
  },
): Promise<Message> {
  const { conversation, hasForm, isFirst, problem, recipe, texts } = asked;
  const { commands } = texts;
  const { choices = [], message, parameter } = problem;
  const wanted: readonly (readonly [Omit<Extract<Button, { kind: 'action' }>, 'kind' | 'token'>, Click])[] = [
    ...(choices.length > 0
      ? [[{ label: commands.choose, style: 'primary' }, chooseOption(question, problem)] as const]
      : []),
    ...(hasForm
      ? [
          [
            { label: commands.fillInForm, opensForm: true },
            { kind: 'open-form', question: question },
          ] as const,
        ]
      : []),
    [{ label: commands.cancel }, { kind: 'cancel-question', question: question }],
  ];
  const tokens = await clicks.issue(
    user,
    wanted.map(([, click]) => click),
  );
  const buttons = wanted.map(([button], index): Button => {
    return { kind: 'action', ...button, token: tokens[index] ?? '' };
  });
  const lead: RichText = [
    ...(isFirst ? [{ text: recipe.name, style: 'bold' as const }, { text: '\n' }] : []),
    ...(message === undefined ? [] : emphasised(message)),
    // A list to choose from has the question above it.
    ...(choices.length > 0 ? [] : [...(message === undefined ? [] : [{ text: '\n' }]), ...asking(asked, texts)]),
  ];
  const options = choices.map(({ label }, index) => ({ label, value: String(index) }));
  const ways: readonly Block[] =
    options.length === 0
      ? howToAnswer(conversation, texts)
      : [{ kind: 'picklist', id: CHOICE_PICKLIST, label: parameter.prompt, options }];
  return {
    fallback: plainText(lead),
    blocks: [{ kind: 'text', text: lead }, ...ways, { kind: 'buttons', buttons }],
  };
}

function asking(
  { hasForm, problem: { message, parameter } }: { readonly problem: ParameterProblem; readonly hasForm: boolean },
  texts: Texts,
): RichText {
  const { example, hint, prompt, type } = parameter;
  const hints = [
    hint,
    example === undefined ? undefined : texts.commands.example(example),
    // In a chat with the bot alone there may be nobody to mention.
    type === 'user' && hasForm ? texts.commands.personInForm : undefined,
  ];
  const shown = hints.filter((part) => part !== undefined).join(', ');
  // What was wrong names them already.
  const choices = message === undefined ? listedChoices(parameter, texts) : undefined;
  const facts = [shown, choices].filter((part) => part !== undefined && part !== '').join('; ');
  return [{ text: prompt }, ...(facts === '' ? [] : [{ text: ` (${facts})` }])];
}

/** What is offered stays on the server; the message has numbers. */
function chooseOption(question: string, { choices = [], parameter }: ParameterProblem): Click {
  const options = choices.map(({ label, value }) => ({ label, value }));
  return { kind: 'choose-option', question, parameter: parameter.name, options };
}

/** `*name*` in our own sentences becomes bold. */
function emphasised(text: string): RichText {
  return text
    .split('*')
    .flatMap((part, index) =>
      part === '' ? [] : [index % 2 === 1 ? { text: part, style: 'bold' as const } : { text: part }],
    );
}
