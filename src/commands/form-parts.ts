import type { Clicks } from '../chat/clicks.js';
import type { DenialOf } from '../jobs/permission.js';
import type { Clock } from '../kernel/clock.port.js';
import type { RecipeBook } from '../recipes/recipe-book.js';
import type { LoginFirst } from './login-first.js';
import type { OfferedOptions } from './offered-options.js';
import type { FindPatientChat } from './patient-chats.js';

/** What forms need when they are shown and sent off, and while somebody types in them. */
export interface FormParts {
  readonly denialOf: DenialOf;
  readonly recipes: () => RecipeBook;
  readonly chats: FindPatientChat;
  readonly clicks: Clicks;
  readonly clock: Clock;
  readonly logins: LoginFirst;
  readonly offered: OfferedOptions;
}
