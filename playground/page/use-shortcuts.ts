import type { ReactNode } from 'react';
import type { PersonApi, Place, PlaygroundPlatform, SlackForm } from './api.js';
import { useTeamsAnswers } from './use-teams-answers.js';
import { messageOf } from './values.js';

interface Shown {
  readonly api: PersonApi;
  readonly onToast: (text: string) => void;
  /** A modal has opened in Slack. */
  readonly onForm: (form: SlackForm | undefined) => void;
}

interface Shortcuts {
  /** The dialog that has opened in Teams, if any. */
  readonly dialog: ReactNode;
  /** `message`: in its menu; else beside the message field. */
  choose(shortcut: string, place: Place, message?: string): void;
}

/** Chooses shortcuts of recipes in a client, and shows what comes of it. */
export function useShortcuts(platform: PlaygroundPlatform, conversation: string, shown: Shown): Shortcuts {
  const { api, onForm, onToast } = shown;
  const { dialog, wait } = useTeamsAnswers(conversation, { api, onToast });
  const inSlack = async (shortcut: string, message: string | undefined): Promise<void> => {
    try {
      const result = await api.slackShortcut(shortcut, message);
      onForm(result.kind === 'sent' ? result.form : undefined);
    } catch (error) {
      onToast(messageOf(error));
    }
  };
  return {
    dialog,
    choose: (shortcut, place, message) =>
      void (platform === 'slack' ? inSlack(shortcut, message) : wait(api.teamsShortcut(shortcut, place, message))),
  };
}
