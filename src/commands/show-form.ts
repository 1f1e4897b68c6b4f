import type { OpensForm } from '../chat/chat-event.js';
import type { Form } from '../chat/form.js';
import { isBehalfError } from '../kernel/errors.js';

/** Shows a form; false where the platform takes none (any more) after this event: the chat can still ask. */
export async function showForm(event: OpensForm, form: Form): Promise<boolean> {
  try {
    await event.openForm?.(form);
    return event.openForm !== undefined;
  } catch (error) {
    if (isBehalfError(error, 'chat.delivery_failed')) return false;
    throw error;
  }
}
