import { useId, useState } from 'react';
import type { FieldValue, PersonApi, SlackForm } from './api.js';
import { readFiles } from './attachments.js';
import { ChatDialog } from './chat-dialog.js';
import { SlackSearch } from './slack-search.js';
import { isJson, type Json, listOf, messageOf, textIn } from './values.js';

type Values = Readonly<Record<string, FieldValue>>;

interface ModalProps {
  readonly form: SlackForm;
  readonly api: PersonApi;
  readonly onToast: (text: string) => void;
  readonly onClose: () => void;
}

/** A modal in Slack: its fields, what is wrong with them, and the way out. */
export function SlackModal({ form, api, onToast, onClose }: ModalProps) {
  const { view } = form;
  const [values, setValues] = useState<Values>({});
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const [busy, setBusy] = useState(false);
  const send = async (): Promise<void> => {
    setBusy(true);
    try {
      const result = await api.slackSubmit(values);
      setErrors(result.errors);
      if (Object.keys(result.errors).length === 0) onClose();
    } catch (error) {
      onToast(messageOf(error));
    }
    setBusy(false);
  };
  return (
    <ChatDialog title={textIn(view['title'])} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        {listOf(view['blocks']).map((block) => {
          const id = String(block['block_id']);
          const set = (value: FieldValue): void => setValues((before) => ({ ...before, [id]: value }));
          const shared = { block, people: form.people, api, onToast, error: errors[id], onChange: set };
          return <Field key={id} {...shared} />;
        })}
        <div className="confirm-choices">
          <button type="button" className="slack-button" onClick={onClose}>
            {textIn(view['close'])}
          </button>
          <button type="submit" className="slack-button slack-filled slack-primary" disabled={busy}>
            {textIn(view['submit'])}
          </button>
        </div>
      </form>
    </ChatDialog>
  );
}

interface FieldProps {
  readonly block: Json;
  readonly api: PersonApi;
  readonly people: SlackForm['people'];
  readonly error: string | undefined;
  readonly onChange: (value: FieldValue) => void;
  readonly onToast: (text: string) => void;
}

function Field({ api, block, people, error, onChange, onToast }: FieldProps) {
  const element = isJson(block['element']) ? block['element'] : {};
  const isOptional = block['optional'] === true;
  const id = useId();
  return (
    <div className="chat-form-field">
      <label className="slack-label" htmlFor={id}>
        {textIn(block['label'])}
        {isOptional && ' (optional)'}
      </label>
      {element['type'] === 'external_select' ? (
        <SlackSearch id={id} block={block} api={api} isRequired={!isOptional} onChange={onChange} />
      ) : (
        <FieldInput {...{ id, element, people, onChange, onToast }} isRequired={!isOptional} />
      )}
      {textIn(block['hint']) !== '' && <small>{textIn(block['hint'])}</small>}
      {error !== undefined && <small role="alert">{error}</small>}
    </div>
  );
}

const TYPES: Readonly<Record<string, string>> = { datepicker: 'date', timepicker: 'time', number_input: 'number' };

interface InputProps {
  readonly id: string;
  readonly element: Json;
  readonly people: SlackForm['people'];
  readonly isRequired: boolean;
  readonly onChange: (value: FieldValue) => void;
  readonly onToast: (text: string) => void;
}

function FieldInput({ id, element, people, isRequired, onChange, onToast }: InputProps) {
  const type = String(element['type']);
  if (type === 'file_input') return <FileField {...{ id, element, isRequired, onChange, onToast }} />;
  if (type === 'checkboxes') {
    const isOn = listOf(element['initial_options']).length > 0;
    return <input id={id} type="checkbox" defaultChecked={isOn} onChange={(event) => onChange(event.target.checked)} />;
  }
  const shared = {
    id,
    className: 'slack-text',
    required: isRequired,
    onChange: (event: { readonly target: { readonly value: string } }) => onChange(event.target.value),
  };
  if (type === 'static_select' || type === 'users_select') {
    const options =
      type === 'users_select'
        ? people.map(({ name, slackUserId }) => ({ label: name, value: slackUserId }))
        : listOf(element['options']).map((one) => ({ label: textIn(one['text']), value: String(one['value']) }));
    const chosen = isJson(element['initial_option']) ? element['initial_option']['value'] : element['initial_user'];
    return (
      <select {...shared} defaultValue={textIn(chosen)}>
        <option value="">Choose…</option>
        {options.map(({ label, value }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    );
  }
  const initial = element['initial_value'] ?? element['initial_date'] ?? element['initial_time'];
  if (element['multiline'] === true) return <textarea rows={3} {...shared} defaultValue={textIn(initial)} />;
  const step = type === 'number_input' ? { step: 'any' } : {};
  return <input type={TYPES[type] ?? 'text'} {...shared} {...step} defaultValue={textIn(initial)} />;
}

/** Takes files of the kinds that the bot names, as many as it wants. */
function FileField({ id, element, isRequired, onChange, onToast }: Omit<InputProps, 'people'>) {
  const kinds = Array.isArray(element['filetypes']) ? element['filetypes'].map((kind) => `.${String(kind)}`) : [];
  const take = async (picked: FileList | null): Promise<void> => {
    await readFiles(picked).then(onChange, (error: unknown) => onToast(messageOf(error)));
  };
  return (
    <input
      id={id}
      type="file"
      required={isRequired}
      multiple={element['max_files'] !== 1}
      accept={kinds.join(',')}
      onChange={(event) => void take(event.target.files)}
    />
  );
}
