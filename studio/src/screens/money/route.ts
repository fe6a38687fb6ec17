import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { loadTexts } from '../../i18n/translations.ts'
import { shellRoute } from '../../shell/frame-routes.ts'
import { groups, type MoneyGroup, type MoneySearch, spans } from './money-search.ts'

/** Where the screen is; the screen itself comes when somebody goes there. */
export const moneyRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/money',
  validateSearch: ({ days, group }: Record<string, unknown>): MoneySearch => ({
    ...(spans.includes(days as 7) ? { days: days as 7 } : {}),
    ...(groups.includes(group as 'model') ? { group: group as MoneyGroup } : {}),
  }),
  loader: () => loadTexts('money'),
  component: lazyRouteComponent(() => import('./money-screen.tsx'), 'MoneyScreen'),
})
