import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { darkroom } from '../../api/darkroom.ts'
import { useChange } from '../../api/use-change.ts'
import { CheckField, SelectField, TextField } from '../../ui/field.tsx'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { webhooksQuery } from './queries.ts'
import styles from './settings.module.css'

type Events = NonNullable<api.Webhook['events']>
const eventTypes: Events = [
  'job.queued',
  'job.started',
  'job.partial',
  'job.stored',
  'job.completed',
  'job.failed',
  'job.cancelled',
  'job.outcome_unknown',
  'review.opened',
  'review.approved',
  'review.rejected',
  'review.changes_requested',
  'review.revoked',
  'review.overdue',
  'review.published',
  'review.unpublished',
  'review.own_approval',
  'webhook.exhausted',
  'webhook.disabled',
]
const styleNames = ['standard', 'unified'] as const

/** Where events go, and which. */
export function WebhookDialog({
  webhook,
  onMade,
  onClose,
}: {
  webhook: api.Webhook | null
  onMade?: (webhook: api.WebhookWithSecret) => void
  onClose: () => void
}) {
  const { t } = useTranslation('settings')
  const [url, setUrl] = useState(webhook?.url ?? '')
  const [description, setDescription] = useState(webhook?.description ?? '')
  const [style, setStyle] = useState<api.Webhook['style']>(webhook?.style ?? 'standard')
  const [events, setEvents] = useState<Events | null>(webhook?.events ?? null)
  const body = { url: url.trim(), description, style, events }
  const make = useChange(webhooksQuery.queryKey, () => darkroom.webhooks.create(body), onMade)
  const change = useChange(webhooksQuery.queryKey, () => darkroom.webhooks.change(webhook!.id, body), onClose)
  const saving = webhook === null ? make : change
  const isOn = (type: Events[number]) => events?.includes(type) ?? type.startsWith('job.')
  const toggle = (type: Events[number], on: boolean) => {
    const next = eventTypes.filter((one) => (one === type ? on : isOn(one)))
    const isJobs = next.every((one) => one.startsWith('job.')) && next.length === eventTypes.filter((one) => one.startsWith('job.')).length
    setEvents(next.length === 0 || isJobs ? null : next)
  }
  return (
    <FormDialog
      title={webhook === null ? t('webhooks.make') : t('webhooks.change')}
      submit={webhook === null ? t('webhooks.make') : t('save')}
      onSubmit={() => saving.mutate(undefined)}
      onClose={onClose}
      busy={saving.isPending}
      error={saving.error}
      wide
    >
      <TextField
        label={t('webhooks.url')}
        hint={t('webhooks.url_hint')}
        type="url"
        required
        maxLength={2048}
        placeholder="https://"
        value={url}
        onChange={(event) => setUrl(event.target.value)}
      />
      <div className={styles['pair']}>
        <TextField
          label={t('webhooks.description')}
          maxLength={200}
          value={description}
          onChange={(event) => setDescription(event.target.value)}
        />
        <SelectField
          label={t('webhooks.style')}
          choices={styleNames.map((value) => ({ value, label: t(`webhooks.styles.${value}`) }))}
          value={style}
          onChoose={setStyle}
        />
      </div>
      <fieldset className={styles['choices']}>
        <legend>{t('webhooks.events')}</legend>
        {eventTypes.map((type) => (
          <CheckField key={type} label={<code>{type}</code>} checked={isOn(type)} onCheck={(on) => toggle(type, on)} />
        ))}
      </fieldset>
      <p className={styles['quiet']}>{t('webhooks.events_hint')}</p>
    </FormDialog>
  )
}
