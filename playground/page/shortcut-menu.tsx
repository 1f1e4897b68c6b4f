import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import type { PlaygroundShortcut } from './api.js';

interface MenuProps {
  readonly label: string;
  readonly icon: ReactNode;
  readonly shortcuts: readonly PlaygroundShortcut[];
  readonly onChoose: (shortcut: string) => void;
}

/** Between the button and its menu, and between the menu and the edge of the window. */
const GAP_PX = 6;

/** A button that opens a menu of shortcuts over everything else; nothing where there are none. */
export function ShortcutMenu({ label, icon, shortcuts, onChoose }: MenuProps) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = useState(false);
  const letGo = useRef<() => void>(undefined);
  useEffect(() => () => letGo.current?.(), []);
  if (shortcuts.length === 0) return null;

  // The browser tells once of a menu that is closed and opened again at once: its state alone is not enough.
  const toggled = (open: boolean): void => {
    setOpen(open);
    letGo.current?.();
    letGo.current = open && button.current && menu.current ? keepBeside(button.current, menu.current) : undefined;
  };
  const close = (): void => {
    menu.current?.hidePopover();
    button.current?.focus();
  };
  const move = (event: KeyboardEvent): void => {
    const items = [...(menu.current?.querySelectorAll<HTMLElement>('[role="menuitem"]') ?? [])];
    const { activeElement } = document;
    const at = activeElement instanceof HTMLElement ? items.indexOf(activeElement) : -1;
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (event.key === 'Tab') menu.current?.hidePopover();
    if (next === undefined) return;
    event.preventDefault();
    items.at(next % items.length)?.focus();
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        className="tool"
        aria-label={label}
        title={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={id}
        popoverTarget={id}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown') return;
          event.preventDefault();
          menu.current?.showPopover();
        }}
      >
        {icon}
      </button>
      <div
        ref={menu}
        id={id}
        popover="auto"
        role="menu"
        tabIndex={-1}
        className="shortcut-menu"
        aria-label={label}
        onToggle={(event) => toggled(event.newState === 'open')}
        onKeyDown={move}
      >
        {shortcuts.map((shortcut) => (
          <button
            key={shortcut.id}
            type="button"
            role="menuitem"
            tabIndex={-1}
            className="shortcut"
            onClick={() => {
              close();
              onChoose(shortcut.id);
            }}
          >
            <strong>{shortcut.name}</strong>
            {shortcut.description !== undefined && <span>{shortcut.description}</span>}
          </button>
        ))}
      </div>
    </>
  );
}

/** Puts the menu above the button where there is room, else below, also while what is around them moves; its first item is focused. */
function keepBeside(button: HTMLElement, menu: HTMLElement): () => void {
  const place = (): void => {
    const { bottom, left, top } = button.getBoundingClientRect();
    const { offsetHeight: height, offsetWidth: width } = menu;
    const above = top - height - GAP_PX;
    menu.style.top = `${above >= GAP_PX ? above : bottom + GAP_PX}px`;
    menu.style.left = `${Math.max(GAP_PX, Math.min(left, window.innerWidth - width - GAP_PX))}px`;
  };
  place();
  menu.querySelector<HTMLElement>('[role="menuitem"]')?.focus();
  const gone = new AbortController();
  const options = { capture: true, passive: true, signal: gone.signal };
  window.addEventListener('scroll', place, options);
  window.addEventListener('resize', place, options);
  return () => gone.abort();
}
