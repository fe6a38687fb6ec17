import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { darkroom } from '../../api/darkroom.ts'
import { useSession } from '../../api/session.ts'
import { useFormat } from '../../i18n/use-format.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Money } from '../../ui/money.tsx'
import { Table } from '../../ui/table.tsx'
import { RolloutForm } from './rollout-form.tsx'
import { stateTones } from './rollout-state-tones.ts'
import { RolloutWalk } from './rollout-walk.tsx'
import styles from './routes.module.css'

type Language = 'en' | 'ja' | 'zh-CN'

/** Walks of routes to production: one that is looked at, else a new one and all earlier ones. */
export function RolloutPanel() {
  const { t, i18n } = useTranslation('routes')
  const lang = i18n.language as Language
  const { walk } = useSearch({ from: '/shell/routes' })
  const navigate = useNavigate()
  const isAdmin = useSession().role === 'admin'
  const look = (id: string | undefined) =>
    void navigate({ to: '/routes', search: { tab: 'rollout', ...(id === undefined ? {} : { walk: id }) } })
  if (!isAdmin) return <EmptyState title={t('rollout.admin_only')} />
  return (
    <div className={styles['panel']}>
      <p className={styles['lead']}>{t('rollout.lead')}</p>
      {walk === undefined ? (
        <>
          <RolloutForm lang={lang} onBegun={look} />
          <Earlier lang={lang} onOpen={look} />
        </>
      ) : (
        <>
          <div>
            <Button size="small" onClick={() => look(undefined)}>
              {t('rollout.back')}
            </Button>
          </div>
          <RolloutWalk id={walk} lang={lang} />
        </>
      )}
    </div>
  )
}

function Earlier({ lang, onOpen }: { lang: Language; onOpen: (id: string) => void }) {
  const { t } = useTranslation('routes')
  const format = useFormat()
  const walks = useQuery({
    queryKey: ['rollouts', lang],
    queryFn: ({ signal }) => darkroom.rollouts.list({ lang }, { signal }),
    staleTime: 0,
  })
  return (
    <Loaded query={walks}>
      {({ rollouts }) =>
        rollouts.length > 0 && (
          <Table
            caption={t('rollout.earlier')}
            captionHidden={false}
            rows={rollouts as (api.Rollout & { id: string })[]}
            keyOf={({ id }) => id}
            columns={[
              { key: 'route', head: t('rollout.route'), cell: ({ route_id }) => <code>{route_id}</code> },
              {
                key: 'state',
                head: t('rollout.state'),
                cell: ({ state }) => <Badge tone={stateTones[state]}>{t(`rollout.states.${state}`)}</Badge>,
              },
              { key: 'at', head: t('rollout.started'), cell: ({ started_at }) => (started_at === null ? '–' : format.time(started_at)) },
              {
                key: 'cost',
                head: t('gate.cost'),
                align: 'end',
                cell: ({ cost, play_money }) => <Money amount={cost} play={play_money} />,
              },
              {
                key: 'open',
                head: t('rollout.report'),
                cell: ({ id, route_id }) => (
                  <Button size="small" aria-label={`${t('rollout.open')} ${route_id}`} onClick={() => onOpen(id)}>
                    {t('rollout.open')}
                  </Button>
                ),
              },
            ]}
          />
        )
      }
    </Loaded>
  )
}
