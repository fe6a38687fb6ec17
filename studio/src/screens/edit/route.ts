import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { loadTexts } from '../../i18n/translations.ts'
import { shellRoute } from '../../shell/frame-routes.ts'

/** What the address says. */
interface EditSearch {
  /** A picture of this gateway that is to be edited. */
  image?: string
  /** What to begin with as the change that is wished for. */
  prompt?: string
}

/** Where the screen is; the screen itself comes when somebody goes there. */
export const editRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/edit',
  validateSearch: ({ image, prompt }: Record<string, unknown>): EditSearch => ({
    ...(typeof image === 'string' ? { image } : {}),
    ...(typeof prompt === 'string' ? { prompt } : {}),
  }),
  loader: () => loadTexts('edit'),
  component: lazyRouteComponent(() => import('./edit-screen.tsx'), 'EditScreen'),
})
