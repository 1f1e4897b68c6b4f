import { useId, useState } from 'react';
import type { Person } from './api.js';

const HUES: Readonly<Record<string, string>> = {
  rita: '#a3327a',
  carl: '#1f6f54',
  gina: '#3d5a9e',
  max: '#8a4b12',
};

function initials(name: string): string {
  return name
    .split(' ')
    .map((part) => part.charAt(0))
    .join('');
}

/** A picture for a person or, without one, for the bot. */
export function Avatar({ person }: { readonly person?: Person | undefined }) {
  if (!person) {
    return (
      <span className="avatar avatar-bot" aria-hidden="true">
        B
      </span>
    );
  }
  return (
    <span className="avatar" style={{ background: HUES[person.id] ?? '#445066' }} aria-hidden="true">
      {initials(person.name)}
    </span>
  );
}

/** What is special about a person, for the switcher. */
export function roleOf(person: Person): string {
  if (person.isGuest) return 'Guest: only what lets guests in';
  if (person.appLogin.email !== person.email) return 'Other e-mail address in the CRM';
  return person.appLogin.mayCreate ? 'Sales rep: may create' : 'Colleague: may only read';
}

interface SwitcherProps {
  readonly people: readonly Person[];
  readonly selected: string;
  readonly onSelect: (id: string) => void;
}

/** Shown at once; the others are under "More". */
const MAIN_PEOPLE = 3;

/** Whose clients are shown. */
export function PersonSwitcher({ people, selected, onSelect }: SwitcherProps) {
  const [open, setOpen] = useState(false);
  const moreId = useId();
  const more = people.slice(MAIN_PEOPLE);
  const showMore = open || more.some(({ id }) => id === selected);
  const choice = (person: Person) => (
    <label key={person.id} className="person-choice">
      <input
        type="radio"
        name="person"
        value={person.id}
        checked={person.id === selected}
        onChange={() => onSelect(person.id)}
      />
      <Avatar person={person} />
      <span className="person-words">
        <span className="person-name">{person.name}</span>
        <span className="person-role">{roleOf(person)}</span>
      </span>
    </label>
  );
  return (
    <fieldset className="switcher">
      <legend className="switcher-legend">You are</legend>
      {people.slice(0, MAIN_PEOPLE).map(choice)}
      <span id={moreId} className="switcher-more" hidden={!showMore}>
        {more.map(choice)}
      </span>
      {!showMore && (
        <button
          type="button"
          className="quiet-button"
          aria-expanded={false}
          aria-controls={moreId}
          onClick={() => setOpen(true)}
        >
          More
        </button>
      )}
    </fieldset>
  );
}
