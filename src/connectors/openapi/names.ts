/** Longest name in a connector file. */
const MAX_NAME = 40;

/** A name as connector files have them, out of any: `getPetById` and `get-pet/by-id` become `get_pet_by_id`. */
export function toName(text: string, otherwise: string): string {
  const name = text
    .normalize('NFKD')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+/, '')
    .slice(0, MAX_NAME)
    .replace(/_+$/, '');
  return name === '' ? otherwise : name;
}

/** The name, or one like it that is not taken yet. */
export function freeName(name: string, taken: { has(name: string): boolean }): string {
  for (let count = 2, free = name; ; count += 1) {
    if (!taken.has(free)) return free;
    free = `${name.slice(0, MAX_NAME - 4)}_${count}`;
  }
}

/** A name for people: `petId` becomes `Pet id`. */
export function toTitle(text: string): string {
  const words = toName(text, text).replaceAll('_', ' ').trim();
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`.slice(0, 200);
}
