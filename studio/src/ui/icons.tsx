import type { ReactNode } from 'react'

/** Signs beside words, never in their place: screen readers do not see them. */
export function Icon({ size = 20, children }: { size?: number; children: ReactNode }) {
  return (
    <svg
      aria-hidden="true"
      width={size}
      height={size}
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      {children}
    </svg>
  )
}

export const CrossIcon = () => (
  <Icon>
    <path d="M5 5l10 10M15 5L5 15" />
  </Icon>
)
export const MakeIcon = () => (
  <Icon>
    <rect x="3" y="3" width="14" height="14" rx="2.5" />
    <path d="M10 6.5v7M6.5 10h7" />
  </Icon>
)
export const EditIcon = () => (
  <Icon>
    <path d="M4 16l.8-3.6L13 4.200a1.7 1.7 0 0 1 2.4 0l.400.400a1.7 1.7 0 0 1 0 2.400L7.6 15.200z" />
    <path d="M11.5 5.700l2.8 2.8" />
  </Icon>
)
export const JobsIcon = () => (
  <Icon>
    <path d="M3.5 5h13M3.5 10h13M3.5 15h8" />
  </Icon>
)
export const LibraryIcon = () => (
  <Icon>
    <rect x="3" y="3" width="6" height="6" rx="1.2" />
    <rect x="11" y="3" width="6" height="6" rx="1.2" />
    <rect x="3" y="11" width="6" height="6" rx="1.2" />
    <rect x="11" y="11" width="6" height="6" rx="1.2" />
  </Icon>
)
export const ReviewIcon = () => (
  <Icon>
    <circle cx="10" cy="10" r="7" />
    <path d="M6.8 10.200l2.3 2.3 4.2-4.7" />
  </Icon>
)
export const MoneyIcon = () => (
  <Icon>
    <path d="M3.5 16.500v-5M8 16.500v-9M12.5 16.500v-6M17 16.500v-13" />
  </Icon>
)
export const RoutesIcon = () => (
  <Icon>
    <circle cx="5" cy="15" r="2" />
    <circle cx="15" cy="5" r="2" />
    <path d="M7 15h4.500a2.5 2.5 0 0 0 0-5h-3a2.5 2.5 0 0 1 0-5H13" />
  </Icon>
)
export const SettingsIcon = () => (
  <Icon>
    <path d="M3 6h7M14 6h3M3 14h3M10 14h7" />
    <circle cx="12" cy="6" r="2" />
    <circle cx="8" cy="14" r="2" />
  </Icon>
)
export const MoreIcon = () => (
  <Icon>
    <path d="M4 10h.01M10 10h.01M16 10h.01" />
  </Icon>
)
