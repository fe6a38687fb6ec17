import { useNavigate, useSearch } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Page } from '../../shell/page.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { ContractsPanel } from './contracts-panel.tsx'
import { MigrationPanel } from './migration-panel.tsx'
import { RolloutPanel } from './rollout-panel.tsx'
import { type RoutesTab, routesTabs } from './routes-tabs.ts'

const panels: Readonly<Record<RoutesTab, () => ReactNode>> = {
  contracts: () => <ContractsPanel />,
  rollout: () => <RolloutPanel />,
  migration: () => <MigrationPanel />,
}

/** Ways to the models: their contracts, their gates, how they stand now, and how projects come here. */
export function RoutesScreen() {
  const { t } = useTranslation('routes')
  const { tab = 'contracts' } = useSearch({ from: '/shell/routes' })
  const navigate = useNavigate()
  return (
    <Page title={t('title')} lead={t('lead')}>
      <Tabs
        label={t('title')}
        chosen={tab}
        onChoose={(chosen) => void navigate({ to: '/routes', search: { tab: chosen }, replace: true })}
        tabs={routesTabs.map((id) => ({ id, label: t(`tabs.${id}`), content: panels[id] }))}
      />
    </Page>
  )
}
