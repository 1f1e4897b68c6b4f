import { useRef, useState } from 'react';
import type { PersonApi } from './api.js';
import { isJson, type Json, textIn } from './values.js';

interface SearchProps {
  readonly id: string;
  readonly block: Json;
  readonly api: PersonApi;
  readonly isRequired: boolean;
  readonly onChange: (value: string) => void;
}

/** A menu in Slack whose options the bot gives while one types. */
export function SlackSearch({ id, block, api, isRequired, onChange }: SearchProps) {
  const element = isJson(block['element']) ? block['element'] : {};
  const blockId = String(block['block_id']);
  const least = Number(element['min_query_length'] ?? 3);
  const chosen = isJson(element['initial_option']) ? textIn(element['initial_option']['text']) : '';
  const [options, setOptions] = useState<readonly Json[]>([]);
  const [typed, setTyped] = useState(chosen);
  const latest = useRef(chosen);
  const show = (offered: readonly Json[]): void => {
    setOptions(offered);
    const fitting = offered.find((option) => textIn(option['text']) === latest.current);
    if (fitting) onChange(String(fitting['value']));
  };
  const look = (query: string): void => {
    latest.current = query;
    setTyped(query);
    const fitting = options.find((option) => textIn(option['text']) === query);
    onChange(fitting ? String(fitting['value']) : '');
    if (fitting || query.length < least) return;
    // Answers may overtake each other: only that for what stands there now counts.
    void api.slackSuggest(blockId, query).then(
      (answer) => query === latest.current && show(answer.options),
      () => query === latest.current && show([]),
    );
  };
  return (
    <>
      <input
        id={id}
        type="text"
        className="slack-text"
        list={`${id}-options`}
        autoComplete="off"
        required={isRequired}
        value={typed}
        placeholder="Type to search…"
        onFocus={() => typed === '' && look('')}
        onChange={(event) => look(event.target.value)}
      />
      <datalist id={`${id}-options`}>
        {options.map((option) => (
          <option key={String(option['value'])} value={textIn(option['text'])} />
        ))}
      </datalist>
    </>
  );
}
