import type { Click, Clicks } from '../chat/clicks.js';
import { howToAnswer } from '../chat/how-to-answer.js';
import type { Block, Button, Message } from '../chat/message.js';
import { inLanguage, plainText, textMessage } from '../chat/message.js';
import { leadsToForm } from '../recipes/missing-parameter.js';
import type { RenderedAnswer, RenderedAskButton } from '../recipes/render-ask.js';
import type { Texts } from '../texts/english.js';
import { textsFor } from '../texts/texts-for.js';
import type { Answer, OpenAsk } from './job.js';
import type { ChatJob } from './job-record.js';
import type { FindCommand } from './reply-message.js';

/** Under which a picklist's choice travels. */
export const CHOICE = 'choice';

interface AskMessageDeps {
  readonly clicks: Clicks;
  readonly findCommand: FindCommand;
}

/** The message of a question, with buttons that mean something for those who may answer only. */
export async function askMessage(
  deps: AskMessageDeps,
  job: ChatJob,
  { answer, asking }: { readonly asking: OpenAsk; readonly answer: RenderedAnswer },
): Promise<Message> {
  const buttons = [
    ...(await answerButtons(deps, job, asking, answer)),
    ...(await cancelButton(deps.clicks, job, asking)),
  ];
  const blocks: Block[] = [{ kind: 'text', text: asking.text }];
  if (answer.kind === 'picklist') {
    const choices = answer.options.map(({ label }, index) => ({ label, value: String(index) }));
    blocks.push({ kind: 'picklist', id: CHOICE, label: answer.label, options: choices });
  }
  blocks.push(...whatToType(answer, textsFor(job.state.locale)), ...howToType(job, asking), {
    kind: 'buttons',
    buttons,
  });
  return inLanguage({ fallback: plainText(asking.text), blocks }, job.state.locale);
}

/** What stands there when a question is closed: its text, and what became of it. */
export function closedAskMessage({ shown, text: whole }: OpenAsk, ending: string): Message {
  const text = shown ?? whole;
  const note: Block = { kind: 'note', text: [{ text: ending }] };
  if (plainText(text).trim() === '') return { fallback: ending, blocks: [note] };
  return { fallback: `${plainText(text)}\n${ending}`, blocks: [{ kind: 'text', text }, note] };
}

export function answeredText(answer: Answer, { asks }: Texts): string {
  return answer.kind === 'timed_out' ? asks.inTime : asks.answeredBy(answer.label, answer.by.name);
}

/** Why a job has ended that nobody answered. */
export function unansweredMessage(recipe: string, asking: OpenAsk, { asks }: Texts): Message {
  return textMessage(asks.unanswered(recipe, asking.expiresAt - asking.askedAt));
}

/** True: what the person who asked types next is the answer, without any button. */
export function isTypedFor({ answer, who }: OpenAsk): boolean {
  return answer.kind === 'fields' && answer.title === undefined && who.kind !== 'users';
}

/** What helps with an answer that is one field; the fields of a form have it beside them. */
function whatToType(answer: RenderedAnswer, { commands }: Texts): readonly Block[] {
  const [field] = answer.kind === 'fields' && answer.title === undefined ? answer.fields : [];
  const hints = [field?.hint, field?.example === undefined ? undefined : commands.example(field.example)];
  const shown = hints.filter((hint) => hint !== undefined).join(', ');
  return shown === '' ? [] : [{ kind: 'note', text: [{ text: shown }] }];
}

/** How the one who may answer does it by typing. Where others may, too, they do it with the button alone. */
export function howToType({ state }: Pick<ChatJob, 'state'>, asking: OpenAsk): readonly Block[] {
  if (!isTypedFor(asking) || asking.who.kind !== 'asker') return [];
  return howToAnswer(state.conversation, textsFor(state.locale));
}

async function answerButtons(
  { clicks, findCommand }: AskMessageDeps,
  job: ChatJob,
  asking: OpenAsk,
  answer: RenderedAnswer,
): Promise<readonly Button[]> {
  const base = { job: job.id, ask: asking.id };
  const { asks } = textsFor(job.state.locale);
  const audience = asking.who.kind === 'asker' ? 'person' : 'tenant';
  if (answer.kind === 'picklist') {
    const [token = ''] = await clicks.issue(job.user, [{ kind: 'answer-chosen', ...base }], audience);
    return [{ kind: 'action', label: asks.choose, token, style: 'primary' }];
  }
  if (answer.kind === 'fields') {
    const wanted: readonly Click[] = [
      { kind: 'answer-fields', ...base },
      ...(isTypedFor(asking) ? [] : [{ kind: 'answer-fields' as const, ...base, inChat: true as const }]),
    ];
    const [token = '', inChat] = await clicks.issue(job.user, wanted, audience);
    return [
      { kind: 'action', label: asks.answer, token, style: 'primary', opensForm: true },
      ...(inChat === undefined ? [] : [{ kind: 'action' as const, label: asks.typeHere, token: inChat }]),
    ];
  }
  const wanted = answer.buttons.flatMap((button) => clickOf(button, base));
  const tokens = [...(await clicks.issue(job.user, wanted, audience))];
  return answer.buttons.map((button): Button => {
    if (button.kind === 'link') return { kind: 'link', label: button.label, url: button.url };
    const style = button.kind === 'answer' && button.style ? { style: button.style } : {};
    const opensForm = button.kind === 'command' && leadsToForm(findCommand(button.command), button.parameters);
    const form = opensForm ? { opensForm } : {};
    return { kind: 'action', label: button.label, token: tokens.shift() ?? '', ...form, ...style };
  });
}

function clickOf(button: RenderedAskButton, base: { readonly job: string; readonly ask: string }): readonly Click[] {
  switch (button.kind) {
    case 'link':
      return [];
    case 'command':
      return [{ kind: 'command', command: button.command, parameters: { ...button.parameters } }];
    case 'answer':
      return [{ kind: 'answer', ...base, label: button.label, value: asJson(button.value) }];
  }
}

/** Others have nothing to cancel. */
async function cancelButton(clicks: Clicks, job: ChatJob, asking: OpenAsk): Promise<readonly Button[]> {
  if (asking.who.kind !== 'asker') return [];
  const [token = ''] = await clicks.issue(job.user, [{ kind: 'cancel-job', job: job.id }]);
  return [{ kind: 'action', label: textsFor(job.state.locale).jobs.cancel, token }];
}

type Json = Extract<Click, { kind: 'answer' }>['value'];

function asJson(value: unknown): Json {
  const json: Json = JSON.parse(JSON.stringify(value ?? null));
  return json;
}
