import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { loadTexts } from '../../i18n/translations.ts'
import { shellRoute } from '../../shell/frame-routes.ts'
import { type ReviewSearch, type ReviewShow, reviewShows } from './review-search.ts'

const isShow = (value: unknown): value is ReviewShow => (reviewShows as readonly unknown[]).includes(value)

/** Where the screen is; the screen itself comes when somebody goes there. */
export const reviewRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/review',
  validateSearch: ({ image, review, show }: Record<string, unknown>): ReviewSearch => ({
    ...(typeof image === 'string' ? { image } : {}),
    ...(typeof review === 'string' ? { review } : {}),
    ...(isShow(show) ? { show } : {}),
  }),
  loader: () => loadTexts('review'),
  component: lazyRouteComponent(() => import('./review-screen.tsx'), 'ReviewScreen'),
})
