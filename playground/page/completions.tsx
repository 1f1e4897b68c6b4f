import type { Completion } from './completion.js';

interface CompletionsProps {
  readonly completions: readonly Completion[];
  /** Index of the one that Tab takes. */
  readonly marked: number;
  readonly onTake: (completion: Completion) => void;
}

/** What can be completed, above the field. */
export function Completions({ completions, marked, onTake }: CompletionsProps) {
  return (
    <div className="completions">
      {completions.map((completion, index) => (
        <button
          key={completion.label}
          type="button"
          className="completion"
          aria-current={index === marked}
          onClick={() => onTake(completion)}
        >
          <strong>{completion.label}</strong>
          <span>{completion.hint}</span>
          {index === marked && <kbd>Tab</kbd>}
        </button>
      ))}
    </div>
  );
}
