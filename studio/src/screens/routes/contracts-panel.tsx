import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { darkroom } from '../../api/darkroom.ts'
import { Loaded } from '../../ui/loaded.tsx'
import { RouteCard } from './route-card.tsx'
import styles from './routes.module.css'

/** How often what is now is asked for again. */
const REFRESH_MS = 5000

/** A card for each route, in the order they are asked. */
export function ContractsPanel() {
  const { t } = useTranslation('routes')
  const routes = useQuery({
    queryKey: ['routes'],
    queryFn: ({ signal }) => darkroom.routes.list({ signal }),
    refetchInterval: REFRESH_MS,
  })
  return (
    <div className={styles['panel']}>
      <p className={styles['lead']}>{t('contracts_lead')}</p>
      <Loaded query={routes}>{(found) => found.routes.map((route) => <RouteCard key={route.id} route={route} />)}</Loaded>
    </div>
  )
}
