import { type Action, AdaptiveCard, ExecuteAction, HostConfig, OpenUrlAction, SubmitAction } from 'adaptivecards';
import { useEffect, useRef } from 'react';
import type { TeamsAction } from './api.js';

/** A button of a card was pressed; the inputs are in `data` already. */
export type CardPress =
  | { readonly kind: 'open-url'; readonly url: string }
  | { readonly kind: 'action'; readonly action: TeamsAction };

const HOST = new HostConfig({
  fontFamily: 'inherit',
  fontSizes: { small: 12, default: 14, medium: 16, large: 19, extraLarge: 23 },
  fontTypes: { monospace: { fontFamily: 'var(--mono)', fontSizes: { default: 13, medium: 15 } } },
  spacing: { small: 6, default: 10, medium: 14, large: 20, extraLarge: 26, padding: 0 },
  separator: { lineThickness: 1, lineColor: '#d8dbe4' },
  supportsInteractivity: true,
  containerStyles: {
    default: {
      backgroundColor: '#ffffff',
      foregroundColors: {
        default: { default: '#1c2330', subtle: '#565e6c' },
        accent: { default: '#444791', subtle: '#444791' },
        good: { default: '#0f6b3c', subtle: '#0f6b3c' },
        warning: { default: '#835b00', subtle: '#835b00' },
        attention: { default: '#a4262c', subtle: '#a4262c' },
      },
    },
    emphasis: {
      backgroundColor: '#f3f4f8',
      foregroundColors: { default: { default: '#1c2330', subtle: '#525a68' } },
    },
  },
  actions: {
    maxActions: 6,
    spacing: 'Default',
    buttonSpacing: 8,
    actionsOrientation: 'Horizontal',
    actionAlignment: 'Left',
    showCard: { actionMode: 'Inline', inlineTopMargin: 12 },
  },
  factSet: { title: { weight: 'Bolder', wrap: true, maxWidth: 140 }, value: { wrap: true }, spacing: 16 },
});

function escapeHtml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}

/** The part of markdown that Teams draws in a text block and that bots commonly send. */
export function markdownToHtml(text: string): string {
  const kept: string[] = [];
  const keep = (html: string): string => `\u0000${kept.push(html) - 1}\u0000`;
  const html = escapeHtml(text)
    .replace(/\\([\\`*_{}[\]()#+\-.!~|&])/g, (_all, sign: string) => keep(sign))
    .replace(/\[([^\]]+)\]\((https?:[^)\s]+)\)/g, '<a href="$2" target="_blank" rel="noopener noreferrer">$1</a>')
    .replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
    .replace(/(^|\W)_([^_]+)_(?=\W|$)/g, '$1<em>$2</em>')
    .replace(/\n/g, '<br>');
  return html.replace(/\u0000(\d+)\u0000/g, (_all, index: string) => kept[Number(index)] ?? '');
}

AdaptiveCard.onProcessMarkdown = (text, result) => {
  result.outputHtml = markdownToHtml(text);
  result.didProcess = true;
};

function pressOf(action: Action): CardPress | undefined {
  if (action instanceof OpenUrlAction) return { kind: 'open-url', url: action.url ?? '' };
  if (!(action instanceof SubmitAction) && !(action instanceof ExecuteAction)) return undefined;
  const { title, id, data } = action;
  return {
    kind: 'action',
    action: {
      type: action instanceof ExecuteAction ? 'Action.Execute' : 'Action.Submit',
      ...(title === undefined ? {} : { title }),
      ...(id === undefined ? {} : { id }),
      ...(action instanceof ExecuteAction ? { verb: action.verb } : {}),
      data: data ?? {},
    },
  };
}

/** A card drawn by the reference renderer. Typed inputs stay as long as the card is the same. */
export function AdaptiveCardView({
  card,
  onPress,
}: {
  readonly card: string;
  readonly onPress: (press: CardPress) => void;
}) {
  const frame = useRef<HTMLDivElement>(null);
  const latest = useRef(onPress);
  latest.current = onPress;
  useEffect(() => {
    const drawn = new AdaptiveCard();
    drawn.hostConfig = HOST;
    drawn.onExecuteAction = (action) => {
      const press = pressOf(action);
      if (press) latest.current(press);
    };
    drawn.parse(JSON.parse(card));
    const element = drawn.render();
    if (element) frame.current?.replaceChildren(element);
  }, [card]);
  return <div className="teams-card" ref={frame} />;
}
