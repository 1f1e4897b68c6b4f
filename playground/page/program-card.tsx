import { useState } from 'react';

const COPIED_MS = 2_000;

/** The request as one types it into a terminal. */
function curlLine(origin: string, key: string): string {
  return [
    `curl ${origin}/api/recipes/write-note/jobs`,
    `-H 'Authorization: Bearer ${key}'`,
    `-H 'Content-Type: application/json'`,
    `-d '{"inputs":{"text":"Hello from a program"}}'`,
  ].join(' \\\n  ');
}

/** How a program starts a recipe, ready to be tried. */
export function ProgramCard({ programKey }: { readonly programKey: string }) {
  const [isCopied, setCopied] = useState(false);
  const line = curlLine(location.origin, programKey);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(line);
    setCopied(true);
    window.setTimeout(() => setCopied(false), COPIED_MS);
  };
  return (
    <section className="card" aria-labelledby="program-title">
      <h2 id="program-title">From a program</h2>
      <p className="card-text">
        Programs start recipes over HTTP, with a key. This line runs <em>Write note</em>, under the account that
        everybody shares: nobody is there who could log in.
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard. */}
      <section className="curl" tabIndex={0} aria-label="Command for a terminal">
        <pre>{line}</pre>
      </section>
      <button type="button" className="copy" onClick={() => void copy()}>
        {isCopied ? 'Copied' : 'Copy'}
      </button>
    </section>
  );
}
