import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { darkroom } from '../../api/darkroom.ts'
import { useChange } from '../../api/use-change.ts'
import { useFormat } from '../../i18n/use-format.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { webhooksQuery } from './queries.ts'
import styles from './settings.module.css'
import { WebhookDialog } from './webhook-dialog.tsx'
import { WebhookLog } from './webhook-log.tsx'

/** One receiver: how it stands, a test of it, its log. */
export function WebhookCard({ webhook, onSecret }: { webhook: api.Webhook; onSecret: (made: api.WebhookWithSecret) => void }) {
  const { t } = useTranslation('settings')
  const format = useFormat()
  const [asked, setAsked] = useState<'change' | 'rotate' | 'delete' | null>(null)
  const [isLogShown, setLogShown] = useState(false)
  const client = useQueryClient()
  const log = ['webhook-log', webhook.id]
  const test = useChange(
    log,
    () => darkroom.webhooks.test(webhook.id),
    () => setLogShown(true),
  )
  const toggle = useToggle(webhook)
  return (
    <article className={styles['card']} aria-label={webhook.url}>
      <header className={styles['head']}>
        <div>
          <h2 className={styles['address']}>{webhook.url}</h2>
          <p className={styles['quiet']}>
            {[
              webhook.description,
              webhook.events === null ? t('webhooks.all_job_events') : webhook.events.join(', '),
              webhook.last_success_at !== null && t('webhooks.last_success', { time: format.time(webhook.last_success_at) }),
              webhook.failures > 0 && t('webhooks.failures', { count: webhook.failures }),
            ]
              .filter(Boolean)
              .join(' · ')}
          </p>
        </div>
        <WebhookState webhook={webhook} />
      </header>
      <div className={styles['actions']}>
        <Button size="small" tone="primary" busy={test.isPending} onClick={() => test.mutate(undefined)}>
          {t('webhooks.test')}
        </Button>
        <Button size="small" aria-expanded={isLogShown} onClick={() => setLogShown(!isLogShown)}>
          {t('webhooks.log')}
        </Button>
        <Button size="small" onClick={() => setAsked('change')}>
          {t('change')}
        </Button>
        <Button size="small" busy={toggle.isPending} onClick={() => toggle.mutate(!webhook.enabled)}>
          {t(webhook.enabled ? 'webhooks.disable' : 'webhooks.enable')}
        </Button>
        <Button size="small" onClick={() => setAsked('rotate')}>
          {t('webhooks.rotate')}
        </Button>
        <Button size="small" tone="danger" onClick={() => setAsked('delete')}>
          {t('delete')}
        </Button>
      </div>
      {(test.error ?? toggle.error) !== null && <ErrorPanel error={test.error ?? toggle.error} />}
      {test.data && <Tested tested={test.data} />}
      {isLogShown && <WebhookLog webhook={webhook} onReplayed={() => void client.invalidateQueries({ queryKey: log })} />}
      {asked === 'change' && <WebhookDialog webhook={webhook} onClose={() => setAsked(null)} />}
      {asked === 'rotate' && (
        <RotateSecret
          webhook={webhook}
          onClose={() => setAsked(null)}
          onMade={(made) => {
            setAsked(null)
            onSecret(made)
          }}
        />
      )}
      {asked === 'delete' && <DeleteWebhook webhook={webhook} onClose={() => setAsked(null)} />}
    </article>
  )
}

/** Shown at once; taken back where the gateway refuses. */
function useToggle(webhook: api.Webhook) {
  const client = useQueryClient()
  const change = useChange(webhooksQuery.queryKey, (enabled: boolean) => {
    client.setQueryData(
      webhooksQuery.queryKey,
      (before) =>
        before && {
          ...before,
          webhooks: before.webhooks.map((one) => (one.id === webhook.id ? { ...one, enabled, disabled: null } : one)),
        },
    )
    return darkroom.webhooks.change(webhook.id, { enabled })
  })
  return change
}

function WebhookState({ webhook }: { webhook: api.Webhook }) {
  const { t } = useTranslation('settings')
  if (!webhook.enabled) return <Badge tone="bad">{t(`webhooks.disabled.${webhook.disabled?.why ?? 'by_hand'}`)}</Badge>
  if (webhook.failing_since !== null) return <Badge tone="warn">{t('webhooks.failing')}</Badge>
  return <Badge tone="good">{t('webhooks.on')}</Badge>
}

function Tested({ tested }: { tested: api.WebhookTested }) {
  const { t } = useTranslation('settings')
  const said = { status: tested.http_status ?? '–', ms: tested.duration_ms, cause: tested.cause ?? '' }
  return (
    <p role="status">
      {tested.delivered ? (
        <Badge tone="good">{t('webhooks.delivered', said)}</Badge>
      ) : (
        <Badge tone="bad">{t(tested.http_status === null ? 'webhooks.not_reached' : 'webhooks.not_delivered', said)}</Badge>
      )}
    </p>
  )
}

function RotateSecret({
  webhook,
  onMade,
  onClose,
}: {
  webhook: api.Webhook
  onMade: (made: api.WebhookWithSecret) => void
  onClose: () => void
}) {
  const { t } = useTranslation('settings')
  const rotate = useChange(webhooksQuery.queryKey, () => darkroom.webhooks.rotate(webhook.id), onMade)
  return (
    <FormDialog
      title={t('webhooks.rotate')}
      submit={t('webhooks.rotate')}
      onSubmit={() => rotate.mutate(undefined)}
      onClose={onClose}
      busy={rotate.isPending}
      error={rotate.error}
    >
      <p>{t('webhooks.rotate_text')}</p>
    </FormDialog>
  )
}

function DeleteWebhook({ webhook, onClose }: { webhook: api.Webhook; onClose: () => void }) {
  const { t } = useTranslation('settings')
  const remove = useChange(webhooksQuery.queryKey, () => darkroom.webhooks.delete(webhook.id), onClose)
  return (
    <FormDialog
      title={t('webhooks.delete')}
      submit={t('delete')}
      danger
      onSubmit={() => remove.mutate(undefined)}
      onClose={onClose}
      busy={remove.isPending}
      error={remove.error}
    >
      <p>{t('webhooks.delete_text', { url: webhook.url })}</p>
    </FormDialog>
  )
}
