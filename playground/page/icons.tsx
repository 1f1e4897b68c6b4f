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

export function GroupIcon() {
  return (
    <Icon>
      <circle {...line} cx="7.4" cy="7" r="2.7" />
      <path
        {...line}
        d="M2.4 16c.3-3 2.2-4.7 5-4.7s4.7 1.7 5 4.700M13 4.600a2.6 2.6 0 0 1 0 4.900M15 11.700c1.5.600 2.4 2 2.6 4.3"
      />
    </Icon>
  );
}

export function AttachIcon() {
  return (
    <Icon>
      <path
        {...line}
        d="m16.2 9.5-6 6a3.7 3.7 0 0 1-5.3-5.300l6.3-6.200a2.5 2.5 0 0 1 3.5 3.500l-6.2 6.200a1.2 1.2 0 0 1-1.7-1.700l5.4-5.4"
      />
    </Icon>
  );
}

export function MentionIcon() {
  return (
    <Icon>
      <circle {...line} cx="10" cy="10" r="3" />
      <path {...line} d="M13 7v4.200a2 2 0 0 0 4 0V10a7 7 0 1 0-2.8 5.6" />
    </Icon>
  );
}

export function FileIcon() {
  return (
    <Icon>
      <path {...line} d="M5 2.800h6.500L15.5 7v10.200H5ZM11.3 3v4.200h4" />
    </Icon>
  );
}

export function CloseIcon() {
  return (
    <Icon>
      <path {...line} d="m5.5 5.5 9 9M14.5 5.500l-9 9" />
    </Icon>
  );
}

export function ReplyIcon() {
  return (
    <Icon>
      <path {...line} d="M8 4.5 3.5 9 8 13.500M4 9h7.500a5 5 0 0 1 5 5v1.5" />
    </Icon>
  );
}

export function ShortcutIcon() {
  return (
    <Icon>
      <path {...line} d="M11.3 2.500 4.500 11.400h4.700l-.700 6.100 6.900-8.900h-4.800Z" />
    </Icon>
  );
}

export function MoreIcon() {
  return (
    <Icon>
      <circle cx="4.5" cy="10" r="1.5" fill="currentColor" />
      <circle cx="10" cy="10" r="1.5" fill="currentColor" />
      <circle cx="15.5" cy="10" r="1.5" fill="currentColor" />
    </Icon>
  );
}
