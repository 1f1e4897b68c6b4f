import { useId, useRef, useState } from 'react';
import type { Chosen } from './api.js';
import { ExternalIcon } from './icons.js';
import { isJson, type Json, listOf, textIn } from './values.js';

interface ElementProps {
  readonly element: Json;
  readonly label: string | undefined;
  readonly busy: boolean;
  /** Called with what was chosen or typed; with nothing for a button. */
  readonly onUse: (selected: Chosen | undefined) => void;
}

/** One element that a person can use. Kinds that the bot does not send are named instead of drawn. */
export function SlackElement(props: ElementProps) {
  switch (props.element['type']) {
    case 'button':
      return <Button {...props} />;
    case 'static_select':
      return <Select {...props} />;
    case 'overflow':
      return <Select {...props} />;
    case 'plain_text_input':
      return <TextInput {...props} />;
    default:
      return <span className="slack-unknown">({String(props.element['type'])})</span>;
  }
}

function Button({ element, busy, onUse }: ElementProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const confirm = isJson(element['confirm']) ? element['confirm'] : undefined;
  const style = typeof element['style'] === 'string' ? ` slack-${element['style']}` : '';
  const text = textIn(element['text']);
  const label = typeof element['accessibility_label'] === 'string' ? element['accessibility_label'] : undefined;
  if (typeof element['url'] === 'string') {
    return (
      <a
        className={`slack-button${style}`}
        href={element['url']}
        target="_blank"
        rel="noopener noreferrer"
        aria-label={label}
        onClick={() => onUse(undefined)}
      >
        {text} <ExternalIcon />
      </a>
    );
  }
  const press = (): void => (confirm ? dialog.current?.showModal() : onUse(undefined));
  return (
    <>
      <button type="button" className={`slack-button${style}`} disabled={busy} aria-label={label} onClick={press}>
        {text}
      </button>
      {confirm && (
        <ConfirmDialog
          reference={dialog}
          confirm={confirm}
          onConfirm={() => {
            dialog.current?.close();
            onUse(undefined);
          }}
        />
      )}
    </>
  );
}

interface ConfirmProps {
  readonly reference: React.RefObject<HTMLDialogElement | null>;
  readonly confirm: Json;
  readonly onConfirm: () => void;
}

function ConfirmDialog({ reference, confirm, onConfirm }: ConfirmProps) {
  const titleId = useId();
  const style = confirm['style'] === 'danger' ? 'slack-danger' : 'slack-primary';
  return (
    <dialog ref={reference} className="confirm" aria-labelledby={titleId}>
      <h3 id={titleId}>{textIn(confirm['title']) || 'Are you sure?'}</h3>
      <p>{textIn(confirm['text'])}</p>
      <div className="confirm-choices">
        <button type="button" className="slack-button" onClick={() => reference.current?.close()}>
          {textIn(confirm['deny']) || 'Cancel'}
        </button>
        <button type="button" className={`slack-button slack-filled ${style}`} onClick={onConfirm}>
          {textIn(confirm['confirm']) || 'Yes'}
        </button>
      </div>
    </dialog>
  );
}

function optionsIn(element: Json) {
  return listOf(element['options']).map((option) => (
    <option key={String(option['value'])} value={String(option['value'])}>
      {textIn(option['text'])}
    </option>
  ));
}

function Select({ element, label, busy, onUse }: ElementProps) {
  const initial = isJson(element['initial_option']) ? String(element['initial_option']['value']) : '';
  const [value, setValue] = useState(initial);
  const placeholder = textIn(element['placeholder']) || 'Choose an option';
  const isMenu = element['type'] === 'overflow';
  return (
    <select
      className="slack-select"
      aria-label={label ?? (isMenu ? 'More actions' : placeholder)}
      value={value}
      disabled={busy}
      onChange={(event) => {
        if (!isMenu) setValue(event.target.value);
        onUse(event.target.value);
      }}
    >
      <option value="" disabled>
        {isMenu ? '⋯' : placeholder}
      </option>
      {optionsIn(element)}
      {listOf(element['option_groups']).map((group) => (
        <optgroup key={textIn(group['label'])} label={textIn(group['label'])}>
          {optionsIn(group)}
        </optgroup>
      ))}
    </select>
  );
}

function TextInput({ element, label, onUse }: ElementProps) {
  const shared = {
    className: 'slack-text',
    'aria-label': label,
    placeholder: textIn(element['placeholder']),
    defaultValue: textIn(element['initial_value']),
    onChange: (event: { readonly target: { readonly value: string } }) => onUse(event.target.value),
  };
  return element['multiline'] === true ? <textarea rows={3} {...shared} /> : <input type="text" {...shared} />;
}
