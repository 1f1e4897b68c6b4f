import { Fragment } from 'react';

/** What a person typed, with the bot's mention marked. */
export function TypedText({ text }: { readonly text: string }) {
  return (
    <p className="typed">
      {[...text.matchAll(/@Behalf\b|(?:(?!@Behalf\b)[\s\S])+/g)].map(({ 0: part, index }) =>
        part === '@Behalf' ? (
          <span key={index} className="mention">
            {part}
          </span>
        ) : (
          <Fragment key={index}>{part}</Fragment>
        ),
      )}
    </p>
  );
}
