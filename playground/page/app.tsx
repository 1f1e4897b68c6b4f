import { useCallback, useMemo, useState } from 'react';
import { apiOf } from './api.js';
import { ChatClient } from './client.js';
import { PersonSwitcher } from './people.js';
import { Records } from './records.js';
import { usePlayground } from './use-playground.js';

function personOfUrl(): string {
  return new URLSearchParams(location.search).get('person') ?? 'rita';
}

/** The whole page. */
export function App() {
  const [person, setPerson] = useState(personOfUrl);
  const { state, live } = usePlayground(person);
  const shown = state?.person.id ?? person;
  const api = useMemo(() => apiOf(shown), [shown]);
  const choose = useCallback((id: string) => {
    history.replaceState(null, '', `?person=${encodeURIComponent(id)}`);
    setPerson(id);
  }, []);
  return (
    <>
      <header className="top">
        <div className="top-words">
          <h1>
            <span className="mark" aria-hidden="true">
              B
            </span>
            Behalf <span className="top-kind">playground</span>
          </h1>
          <p>The bot works in other apps as the person who asked. Everything here runs on your machine.</p>
        </div>
        {state && <PersonSwitcher people={state.people} selected={person} onSelect={choose} />}
      </header>
      {!live && (
        <p className="banner" role="alert">
          The playground does not answer. Is it still running in the terminal?
        </p>
      )}
      {state && (
        <main className="desk">
          <ChatClient key={`slack ${shown}`} platform="slack" state={state} api={api} />
          <ChatClient key={`teams ${shown}`} platform="teams" state={state} api={api} />
          <Records state={state} />
        </main>
      )}
    </>
  );
}
