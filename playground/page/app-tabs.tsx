import { useId, useRef } from 'react';

export type AppTab = 'home' | 'messages';

const TABS: readonly { readonly id: AppTab; readonly title: string }[] = [
  { id: 'home', title: 'Home' },
  { id: 'messages', title: 'Messages' },
];

interface TabsProps {
  readonly open: AppTab;
  readonly onOpen: (tab: AppTab) => void;
  readonly children: React.ReactNode;
}

/** The tabs of the app in Slack, above what the open one shows; arrow keys go from one to the other. */
export function AppTabs({ open, onOpen, children }: TabsProps) {
  const id = useId();
  const tabs = useRef<HTMLDivElement>(null);
  const turn = (key: string): void => {
    const other = TABS.find((tab) => tab.id !== open);
    if (!other || (key !== 'ArrowLeft' && key !== 'ArrowRight')) return;
    onOpen(other.id);
    tabs.current?.querySelector<HTMLElement>(`[data-tab="${other.id}"]`)?.focus();
  };
  return (
    <>
      <div className="app-tabs" role="tablist" aria-label="Behalf" ref={tabs}>
        {TABS.map((tab) => (
          <button
            key={tab.id}
            id={`${id}${tab.id}`}
            type="button"
            role="tab"
            className="app-tab"
            data-tab={tab.id}
            aria-selected={tab.id === open}
            aria-controls={`${id}panel`}
            tabIndex={tab.id === open ? 0 : -1}
            onClick={() => onOpen(tab.id)}
            onKeyDown={(event) => turn(event.key)}
          >
            {tab.title}
          </button>
        ))}
      </div>
      <div id={`${id}panel`} className="app-panel" role="tabpanel" aria-labelledby={`${id}${open}`}>
        {children}
      </div>
    </>
  );
}
