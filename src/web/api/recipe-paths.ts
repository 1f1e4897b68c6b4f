/** Folders below `recipes/` that a recipe may lie in, and its own name. */
const MAX_PARTS = 9;

const PARTS = Array.from({ length: MAX_PARTS }, (_, index) => `part${index}`);

/** Paths of the routes for recipes: the id is part of the path as it is, one segment for each folder. */
export const RECIPE_PATHS: readonly string[] = PARTS.map(
  (_, index) =>
    `/api/recipes/${PARTS.slice(0, index + 1)
      .map((part) => `:${part}`)
      .join('/')}/jobs`,
);

/** The id of the recipe that a path names; what is encoded in a segment stays in it, so that no slash gets in. */
export function recipeOf(params: Readonly<Record<string, string>>): string | undefined {
  const parts = PARTS.flatMap((part) => params[part] ?? []);
  return parts.some((part) => part.includes('/')) ? undefined : parts.join('/');
}

/** The path under which jobs of a recipe are started. */
export function recipePath(id: string): string {
  return `/api/recipes/${id.split('/').map(encodeURIComponent).join('/')}/jobs`;
}
