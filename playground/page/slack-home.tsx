import { useEffect, useState } from 'react';
import type { ActionResult, Chosen, PersonApi, SlackForm } from './api.js';
import { SlackBlocks } from './slack-content.js';
import { type Json, listOf, messageOf } from './values.js';

interface HomeProps {
  /** What the bot has published; absent before the first time. */
  readonly view: Json | undefined;
  readonly api: PersonApi;
  readonly onToast: (text: string) => void;
  readonly onForm: (form: SlackForm | undefined) => void;
}

/** The Home tab of the app: the bot is told of each look at it, and of what is pressed there. */
export function SlackHome({ view, api, onToast, onForm }: HomeProps) {
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    api.slackHome().catch((error: unknown) => onToast(messageOf(error)));
  }, [api, onToast]);
  const use = async (block: Json, element: Json, selected: Chosen | undefined): Promise<void> => {
    setBusy(true);
    const action = { blockId: String(block['block_id']), actionId: String(element['action_id']) };
    await api
      .slackHomeAction(typeof selected === 'string' ? { ...action, selected } : action)
      .then((result: ActionResult) => onForm(result.kind === 'sent' ? result.form : undefined))
      .catch((error: unknown) => onToast(messageOf(error)));
    setBusy(false);
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
    <section className="messages app-home" tabIndex={0} aria-label="Home of Behalf">
      {view ? (
        <div className="slack-blocks" aria-busy={busy}>
          <SlackBlocks
            blocks={listOf(view['blocks'])}
            busy={busy}
            onUse={(block, element, selected) => void use(block, element, selected)}
          />
        </div>
      ) : (
        <p role="status">Nothing is here yet.</p>
      )}
    </section>
  );
}
