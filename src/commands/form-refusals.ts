import type { ChatAdapter } from '../chat/chat-adapter.port.js';
import type { FormEvent } from '../chat/chat-event.js';
import type { Platform } from '../chat/chat-user.js';
import type { Clicks } from '../chat/clicks.js';
import type { Form } from '../chat/form.js';
import { type Block, plainText } from '../chat/message.js';
import { textsFor } from '../texts/texts-for.js';
import type { EventClaims } from './event-claims.js';
import { sayPrivately } from './say.js';

interface FormRefusalsDeps {
  readonly chats: (platform: Platform) => ChatAdapter;
  readonly claims: EventClaims;
  readonly clicks: Clicks;
}

/** Says what is wrong in a form: at its fields while it stands open, else in the chat, with a button that opens it again. */
export class FormRefusals {
  readonly #deps: FormRefusalsDeps;

  constructor(deps: FormRefusalsDeps) {
    this.#deps = deps;
  }

  /** `form`: filled in as it was sent off. `errors` are by field name. */
  async refuse(event: FormEvent, form: Form, errors: Readonly<Record<string, string>>): Promise<void> {
    if (event.refuseInTime(form, errors)) return;
    const { chats, claims, clicks } = this.#deps;
    if (!(await claims.claim(event))) return;
    const { token: sent, user, values } = event;
    const [token = ''] = await clicks.issue(user, [{ kind: 'refill-form', form: sent, values }]);
    const { forms } = textsFor(event.locale);
    const lines = Object.entries(errors).map(([name, error]) => {
      const label = form.fields.find((field) => field.name === name)?.label ?? name;
      return { label, error };
    });
    const hadFiles = Object.values(event.files ?? {}).some((files) => files.length > 0);
    const text = forms.closedWithErrors(form.title, lines, hadFiles);
    const blocks: readonly Block[] = [
      { kind: 'text', text },
      {
        kind: 'buttons',
        buttons: [{ kind: 'action', label: forms.openAgain, token, style: 'primary', opensForm: true }],
      },
    ];
    await sayPrivately(chats(user.platform), event, { fallback: plainText(text), blocks });
  }
}
