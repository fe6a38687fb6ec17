import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { loadTexts } from '../../i18n/translations.ts'
import { shellRoute } from '../../shell/frame-routes.ts'
import { type SettingsTab, settingsTabs } from './settings-tabs.ts'

/** Where the screen is; the screen itself comes when somebody goes there. */
export const settingsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/settings',
  validateSearch: (search: Record<string, unknown>): { tab?: SettingsTab } =>
    settingsTabs.includes(search['tab'] as SettingsTab) ? { tab: search['tab'] as SettingsTab } : {},
  loader: () => loadTexts('settings'),
  component: lazyRouteComponent(() => import('./settings-screen.tsx'), 'SettingsScreen'),
})
