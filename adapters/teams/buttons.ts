import { clip } from '../../src/chat/clip.js';
import type { ActionButton, Button, LinkButton, LoginButton } from '../../src/chat/message.js';

/** Where a button's token stands in its data. The inputs of the card stand beside it under their own ids. */
export const ACTION_TOKEN = 'behalfToken';

/** Beside it: the button is in a message that only this person sees. */
export const TARGETED = 'behalfTargeted';

/** Teams draws six buttons in a row; the reference renderer draws five and drops the rest. */
const IN_A_ROW = 5;

/** Longest words of a question before a press counts, and of its answer. */
const CONFIRM_CHARACTERS = 300;
const LABEL_CHARACTERS = 75;

const STYLES = { primary: 'positive', danger: 'destructive' } as const;

export type Element = Readonly<Record<string, unknown>> & { readonly type: string };

/** Rows of buttons. A link to anything but a page or an e-mail address is left out. */
export function renderButtons(buttons: readonly Button[]): Element[] {
  const actions = buttons.flatMap((button) => renderButton(button) ?? []);
  const rows: Element[] = [];
  for (let start = 0; start < actions.length; start += IN_A_ROW) {
    rows.push({ type: 'ActionSet', actions: actions.slice(start, start + IN_A_ROW) });
  }
  return rows;
}

function renderButton(button: Button): Element | undefined {
  switch (button.kind) {
    case 'action':
      return renderAction(button);
    case 'link':
      return isSafeLink(button.url) ? { type: 'Action.OpenUrl', title: titleOf(button), url: button.url } : undefined;
    case 'login':
      return isSafeLink(button.url) ? renderLogin(button) : undefined;
  }
}

/** Clients that know no Action.Execute (Adaptive Cards below 1.4) take the fallback, which says the same. */
function renderAction(button: ActionButton): Element {
  const { confirm } = button;
  if (confirm) return renderQuestion(button, confirm);
  const title = titleOf(button);
  const data = { [ACTION_TOKEN]: button.token };
  const style = button.style ? { style: STYLES[button.style] } : {};
  if (button.opensForm)
    return { type: 'Action.Submit', title, data: { ...data, msteams: { type: 'task/fetch' } }, ...style };
  const fallback = { type: 'Action.Submit', title, data, ...style };
  return { type: 'Action.Execute', title, verb: 'behalf', data, ...style, fallback };
}

/** Adaptive Cards know no dialog of confirmation: the button opens the question with the button that counts. */
function renderQuestion(button: ActionButton, { text, title, yes }: NonNullable<ActionButton['confirm']>): Element {
  const { confirm: _, ...answer } = button;
  const lines = [
    { text: title, weight: 'Bolder' },
    { text, weight: 'Default' },
  ].filter((line) => line.text.trim() !== '');
  const body = lines.map((line) => ({
    type: 'RichTextBlock',
    inlines: [{ type: 'TextRun', ...line, text: clip(line.text, CONFIRM_CHARACTERS) }],
  }));
  const card = {
    type: 'AdaptiveCard',
    body,
    actions: [renderAction({ ...answer, label: clip(yes, LABEL_CHARACTERS) })],
  };
  const style = button.style ? { style: STYLES[button.style] } : {};
  return { type: 'Action.ShowCard', title: titleOf(button), ...style, card };
}

/**
 * The sign-in pop-up, whose page hands its code back through the client. Adaptive Cards know no sign-in action of their
 * own; Teams reads `msteams` (learn.microsoft.com, "Type of cards", signin action) and reports no click.
 */
function renderLogin(button: LoginButton): Element {
  const data = { [ACTION_TOKEN]: button.token, msteams: { type: 'signin', value: button.url } };
  return { type: 'Action.Submit', title: titleOf(button), style: 'positive', data };
}

function titleOf(button: ActionButton | LinkButton | LoginButton): string {
  return button.label.trim() === '' ? '…' : button.label;
}

/** http, https and mailto only: a card must not start other programs. */
export function isSafeLink(link: string): boolean {
  return URL.canParse(link) && ['http:', 'https:', 'mailto:'].includes(new URL(link).protocol);
}
