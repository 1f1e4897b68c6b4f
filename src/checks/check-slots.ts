import { didYouMean } from '../language/did-you-mean.js';
import type { ConnectionSlot } from '../recipes/compiled-recipe.js';
import { checkReach } from './check-hosts.js';
import { baseOf, type RecipeContext } from './recipe-context.js';

/** Finds apps that do not exist, connections that cannot be used, and switches that cannot be served. */
export function checkSlots(context: RecipeContext): void {
  for (const slot of context.recipe.connections) checkSlot(context, slot);
}

/** Holds one connection of a recipe, as it is or as a call has it, against its app. */
export function checkSlot(context: RecipeContext, slot: ConnectionSlot): void {
  const { brokenConnectors, connectors, parents } = context.parts;
  const connector = context.connectorOf(slot.slot);
  if (!connector) {
    const base = connectors.get(baseOf(slot.slot));
    if (base) context.report(slot, `${base.title} cannot be used twice in one recipe`);
    else if (brokenConnectors?.has(baseOf(slot.slot)))
      context.report(slot, `the connector "${baseOf(slot.slot)}" has mistakes`, { hint: 'mend its file' });
    else
      context.report(slot, `there is no app "${slot.slot}" for this connection`, {
        hint: didYouMean(slot.slot, connectors.keys()),
      });
    return;
  }
  const parent = parents.get(slot.use);
  if (!parent) {
    const hint = didYouMean(slot.use, parents.keys()) ?? 'add it to connections.yaml, or mend it where it is there';
    context.report(slot, `there is no usable connection "${slot.use}"`, { hint });
    return;
  }
  if (parent.connector !== connector.name) {
    const fitting = [...parents.values()].filter((other) => other.connector === connector.name);
    const hint = fitting.length > 0 ? `use ${fitting.map((other) => other.name).join(' or ')}` : undefined;
    context.report(slot, `"${slot.use}" is a connection of ${parent.connector}, not of ${connector.name}`, { hint });
  }
  checkReach(context, slot, { connector, parent });
  if (slot.verifyUserAccess && parent.auth.kind !== 'oauth2') {
    context.report(slot, `"${slot.use}" has one key for everybody, so people cannot log in to it`, {
      hint: 'set verify_user_access: false, or use a connection with oauth2',
    });
  }
}
