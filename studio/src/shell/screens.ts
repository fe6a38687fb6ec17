import type { ComponentType } from 'react'
import { EditIcon, JobsIcon, LibraryIcon, MakeIcon, MoneyIcon, ReviewIcon, RoutesIcon, SettingsIcon } from '../ui/icons.tsx'

/** A screen as navigation shows it; its name is text `nav.<name>`. */
export interface ScreenLink {
  name: 'make' | 'edit' | 'library' | 'review' | 'jobs' | 'money' | 'routes' | 'settings'
  Sign: ComponentType
}

/** Screens in the order of the work: making, looking, deciding, then what is behind it. */
export const screenLinks: readonly ScreenLink[] = [
  { name: 'make', Sign: MakeIcon },
  { name: 'edit', Sign: EditIcon },
  { name: 'library', Sign: LibraryIcon },
  { name: 'review', Sign: ReviewIcon },
  { name: 'jobs', Sign: JobsIcon },
  { name: 'money', Sign: MoneyIcon },
  { name: 'routes', Sign: RoutesIcon },
  { name: 'settings', Sign: SettingsIcon },
]

/** How many of them the bar at the bottom of a phone has room for. */
export const linksOnPhone = 4
