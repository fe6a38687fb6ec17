import { useNavigate, useSearch } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useSession } from '../../api/session.ts'
import { Page } from '../../shell/page.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { BudgetsPanel } from './budgets-panel.tsx'
import { KeysPanel } from './keys-panel.tsx'
import { LanguagePanel } from './language-panel.tsx'
import { MembersPanel } from './members-panel.tsx'
import { ProjectsPanel } from './projects-panel.tsx'
import { RetentionPanel } from './retention-panel.tsx'
import { ReviewPanel } from './review-panel.tsx'
import { type SettingsTab, settingsTabs } from './settings-tabs.ts'
import { WebhooksPanel } from './webhooks-panel.tsx'

const panels: Readonly<Record<SettingsTab, () => ReactNode>> = {
  projects: () => <ProjectsPanel />,
  keys: () => (
    <AdminOnly>
      <KeysPanel />
    </AdminOnly>
  ),
  budgets: () => <BudgetsPanel />,
  webhooks: () => <WebhooksPanel />,
  review: () => <ReviewPanel />,
  retention: () => <RetentionPanel />,
  language: () => <LanguagePanel />,
  members: () => <MembersPanel />,
}

/** Projects, keys, budgets, webhooks, and how long things are kept; each tab has an address. */
export function SettingsScreen() {
  const { t } = useTranslation('settings')
  const { tab = 'projects' } = useSearch({ from: '/shell/settings' })
  const navigate = useNavigate()
  return (
    <Page title={t('title')} lead={t('lead')}>
      <Tabs
        label={t('title')}
        chosen={tab}
        onChoose={(chosen) => void navigate({ to: '/settings', search: { tab: chosen }, replace: true })}
        tabs={settingsTabs.map((id) => ({ id, label: t(`tabs.${id}`), content: panels[id] }))}
      />
    </Page>
  )
}

/** What a key may not even read. */
function AdminOnly({ children }: { children: ReactNode }) {
  const { t } = useTranslation('settings')
  return useSession().role === 'admin' ? children : <EmptyState title={t('admin_only.title')}>{t('admin_only.text')}</EmptyState>
}
