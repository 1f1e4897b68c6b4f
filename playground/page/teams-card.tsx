import {
  type Action,
  AdaptiveCard,
  Choice,
  ChoiceSetInput,
  ExecuteAction,
  GlobalRegistry,
  HostConfig,
  OpenUrlAction,
  SubmitAction,
  Table,
  Versions,
} from 'adaptivecards';
import { useEffect, useRef } from 'react';
import type { TeamsAction, TeamsChoice } from './api.js';

/** Asks for the choices of an input, by its id, for what was typed. */
export type CardSearch = (input: string, query: string) => Promise<readonly TeamsChoice[]>;

/** A button of a card was pressed; the inputs are in `data` already. */
export type CardPress =
  | { readonly kind: 'open-url'; readonly url: string }
  | { readonly kind: 'action'; readonly action: TeamsAction };

const SIZES = { small: 12, default: 14, medium: 16, large: 19, extraLarge: 23 };
const WEIGHTS = { lighter: 300, default: 400, bolder: 620 };

const HOST = new HostConfig({
  fontTypes: {
    default: { fontFamily: 'inherit', fontSizes: SIZES, fontWeights: WEIGHTS },
    monospace: { fontFamily: 'var(--mono)', fontSizes: { ...SIZES, default: 13 }, fontWeights: WEIGHTS },
  },
  spacing: { small: 6, default: 10, medium: 14, large: 20, extraLarge: 26, padding: 13 },
  separator: { lineThickness: 1, lineColor: '#d8dbe4' },
  textBlock: { headingLevel: 3 },
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

// Tables register themselves, but what nobody names is not bundled.
GlobalRegistry.defaultElements.register('Table', Table, Versions.v1_5);

function escapeHtml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}

/** Stands for a sign that was escaped. From Unicode's private use area, which no text has a meaning for. */
const KEPT = '\ue000';

/** The part of markdown that Teams draws in a text block and that bots commonly send. */
export function markdownToHtml(text: string): string {
  const kept: string[] = [];
  const html = escapeHtml(text.replaceAll(KEPT, ''))
    .replace(/\\([\\`*_{}[\]()#+\-.!~|])/g, (_all, sign: string) => {
      kept.push(sign);
      return KEPT;
    })
    .replace(/\[([^\]]+)\]\((https?:[^)\s]+)\)/g, '<a href="$2" target="_blank" rel="noopener noreferrer">$1</a>')
    .replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
    .replace(/(^|\W)_([^_]+)_(?=\W|$)/g, '$1<em>$2</em>')
    .replace(/\n/g, '<br>');
  return html.replaceAll(KEPT, () => kept.shift() ?? '');
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

/** Shows what the bot offers for what was typed. The renderer sends titles off, Teams the values: so both are kept. */
function lookUp(input: ChoiceSetInput, search: CardSearch): void {
  const query = input.getFilterForDynamicSearch() ?? '';
  if (!input.isDynamicTypeahead() || input.id === undefined || input.choices.some(({ title }) => title === query))
    return;
  input.showLoadingIndicator();
  void search(input.id, query).then(
    (found) => {
      // Answers may overtake each other: only that for what stands there now counts.
      if (input.getFilterForDynamicSearch() !== query) return;
      input.choices = found.map(({ title, value }) => new Choice(title, value));
      input.renderChoices(query, [...found]);
    },
    () => input.showErrorIndicator(query, 'No choices'),
  );
}

/** The renderer labels the box around a search, and shows the value of what is chosen already: Teams does neither. */
function tidySearch(input: ChoiceSetInput): void {
  const box = input.isDynamicTypeahead() ? input.getDropdownElement()?.parentElement : undefined;
  const field = box?.querySelector('input');
  if (!box || !field) return;
  field.setAttribute('aria-labelledby', box.getAttribute('aria-labelledby') ?? '');
  box.removeAttribute('aria-labelledby');
  field.value = input.choices.find(({ value }) => value === field.value)?.title ?? field.value;
}

/** A card drawn by the reference renderer. Typed inputs stay as long as the card is the same. */
export function AdaptiveCardView({
  card,
  onPress,
  onSearch,
}: {
  readonly card: string;
  readonly onPress: (press: CardPress) => void;
  readonly onSearch?: CardSearch;
}) {
  const frame = useRef<HTMLDivElement>(null);
  const latest = useRef(onPress);
  latest.current = onPress;
  const search = useRef(onSearch);
  search.current = onSearch;
  useEffect(() => {
    const drawn = new AdaptiveCard();
    drawn.hostConfig = HOST;
    drawn.onExecuteAction = (action) => {
      const press = pressOf(action);
      if (press) latest.current(press);
    };
    drawn.onInputValueChanged = (input) => {
      if (search.current && input instanceof ChoiceSetInput) lookUp(input, search.current);
    };
    // Teams draws searches in cards of any version, the renderer from 1.6 on.
    drawn.parse(search.current ? { ...JSON.parse(card), version: '1.6' } : JSON.parse(card));
    const element = drawn.render();
    if (element) frame.current?.replaceChildren(element);
    for (const input of drawn.getAllInputs()) if (input instanceof ChoiceSetInput) tidySearch(input);
    // Teams wraps buttons that have no room; the renderer would cut them off, by styles of the elements themselves.
    for (const row of frame.current?.querySelectorAll<HTMLElement>('.ac-actionSet, .ac-actionSet > div') ?? []) {
      Object.assign(row.style, { flexWrap: 'wrap', overflow: 'visible', rowGap: '8px' });
    }
  }, [card]);
  return <div className="teams-card" ref={frame} />;
}
