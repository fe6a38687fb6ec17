import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Panel } from './panel.tsx'
import { webhooksQuery } from './queries.ts'
import { SecretDialog } from './secret-dialog.tsx'
import { WebhookCard } from './webhook-card.tsx'
import { WebhookDialog } from './webhook-dialog.tsx'

/** Receivers of events: made with a secret that is shown once, tested, switched off and on, and what each was told. */
export function WebhooksPanel() {
  const { t } = useTranslation('settings')
  const webhooks = useQuery(webhooksQuery)
  const [isMaking, setMaking] = useState(false)
  const [made, setMade] = useState<api.WebhookWithSecret | null>(null)
  return (
    <Panel
      lead={t('webhooks.lead')}
      action={
        <Button tone="primary" onClick={() => setMaking(true)}>
          {t('webhooks.make')}
        </Button>
      }
    >
      <Loaded query={webhooks}>
        {(found) =>
          found.webhooks.length === 0 ? (
            <EmptyState title={t('webhooks.none')}>{t('webhooks.none_text')}</EmptyState>
          ) : (
            found.webhooks.map((webhook) => <WebhookCard key={webhook.id} webhook={webhook} onSecret={setMade} />)
          )
        }
      </Loaded>
      {isMaking && (
        <WebhookDialog
          webhook={null}
          onClose={() => setMaking(false)}
          onMade={(webhook) => {
            setMaking(false)
            setMade(webhook)
          }}
        />
      )}
      {made && (
        <SecretDialog title={t('webhooks.secret_title')} secret={made.secret} onClose={() => setMade(null)}>
          {t('webhooks.secret_text')}
        </SecretDialog>
      )}
    </Panel>
  )
}
