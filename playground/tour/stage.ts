import type { RunningService } from '../service.js';
import type { World } from '../world.js';
import type { Actor, Heard } from './actors.js';
import type { Browser, BrowserPage } from './browser.js';

/** The stage of the tour: the people at their clients, and what stands around them. */
export interface Stage {
  readonly world: World;
  readonly service: Pick<RunningService, 'restart'>;
  readonly rita: { readonly slack: Actor; readonly teams: Actor; readonly browser: Browser };
  readonly carl: { readonly slack: Actor; readonly teams: Actor; readonly browser: Browser };
  /** A guest of the organisation. */
  readonly gina: { readonly slack: Actor; readonly teams: Actor; readonly browser: Browser };
  /** His account in the CRM has another e-mail address than his chat account. */
  readonly max: { readonly slack: Actor; readonly teams: Actor; readonly browser: Browser };
  /** Says what happens outside of the chat. */
  tell(text: string): void;
  /** Ends the tour when it does not hold. */
  check(what: string, holds: boolean): void;
}

export interface Act {
  readonly title: string;
  play(stage: Stage): Promise<void>;
}

export async function logIn(
  stage: Stage,
  person: Stage['rita'],
  actor: Actor,
  prompt: Heard,
  label: string,
): Promise<BrowserPage> {
  const link = await actor.press(prompt, label);
  const page = await person.browser.logIn(link ?? '', { username: actor.id });
  stage.tell(`In ${actor.name}'s browser: ${page.text}`);
  return page;
}

export async function newestOpportunity({ world }: Stage) {
  const { opportunities } = await world.apps.crmControl.records();
  const newest = opportunities.at(-1);
  if (!newest) throw new Error('The CRM has no opportunity');
  return newest;
}

export async function countOpportunities({ world }: Stage): Promise<number> {
  return (await world.apps.crmControl.records()).opportunities.length;
}

export function labels(message: Heard): string {
  return message.buttons.map(({ label }) => label).join(' ');
}
