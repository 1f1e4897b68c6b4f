import type { ReactNode } from 'react';

function Icon({ children }: { readonly children: ReactNode }) {
  return (
    <svg className="icon" viewBox="0 0 20 20" width="16" height="16" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

const line = {
  fill: 'none',
  stroke: 'currentColor',
  strokeWidth: 1.7,
  strokeLinecap: 'round',
  strokeLinejoin: 'round',
} as const;

export function EyeIcon() {
  return (
    <Icon>
      <path {...line} d="M1.8 10S4.8 4.6 10 4.6 18.2 10 18.2 10 15.2 15.4 10 15.4 1.8 10 1.8 10Z" />
      <circle {...line} cx="10" cy="10" r="2.4" />
    </Icon>
  );
}

export function SendIcon() {
  return (
    <Icon>
      <path
        fill="currentColor"
        d="M2.6 3.1a.7.7 0 0 1 .95-.83l14 6.9a.95.95 0 0 1 0 1.7l-14 6.9a.7.7 0 0 1-.95-.83L4.4 10.9 11 10 4.4 9.1Z"
      />
    </Icon>
  );
}

export function ExternalIcon() {
  return (
    <Icon>
      <path {...line} d="M8 4.5H4.5v11h11V12M11.5 4h4.5v4.5M15.6 4.4 9.5 10.5" />
    </Icon>
  );
}

export function ChannelIcon() {
  return (
    <Icon>
      <path {...line} d="M7.8 3.5 6.2 16.5M13.8 3.5l-1.6 13M3.5 7.5h13.2M3.3 12.5h13.2" />
    </Icon>
  );
}

export function DirectIcon() {
  return (
    <Icon>
      <path {...line} d="M3.5 4.5h13v9h-7l-3.5 3v-3H3.5Z" />
    </Icon>
  );
}
