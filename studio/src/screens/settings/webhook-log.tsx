import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { darkroom } from '../../api/darkroom.ts'
import { useChange } from '../../api/use-change.ts'
import { useFormat } from '../../i18n/use-format.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Table } from '../../ui/table.tsx'
import styles from './settings.module.css'

const PAGE = 50
const tones = { pending: 'warn', delivered: 'good', exhausted: 'bad', cancelled: 'plain' } as const

/** What a webhook was told, the newest first; each message opens to its attempts. */
export function WebhookLog({ webhook, onReplayed }: { webhook: api.Webhook; onReplayed: () => void }) {
  const { t } = useTranslation('settings')
  const format = useFormat()
  const [opened, setOpened] = useState<string | null>(null)
  const log = useQuery({
    queryKey: ['webhook-log', webhook.id],
    queryFn: ({ signal }) => darkroom.webhooks.deliveries(webhook.id, { limit: PAGE }, { signal }),
    refetchInterval: 5000,
  })
  return (
    <>
      <Loaded query={log}>
        {({ deliveries }) =>
          deliveries.length === 0 ? (
            <EmptyState title={t('webhooks.log_empty')} />
          ) : (
            <Table
              caption={t('webhooks.log_of', { url: webhook.url })}
              rows={deliveries}
              keyOf={({ id }) => id}
              columns={[
                { key: 'type', head: t('webhooks.event'), cell: ({ type }) => <code>{type}</code> },
                { key: 'at', head: t('webhooks.at'), cell: ({ event_at }) => format.time(event_at) },
                {
                  key: 'state',
                  head: t('state'),
                  cell: ({ state }) => <Badge tone={tones[state]}>{t(`webhooks.states.${state}`)}</Badge>,
                },
                { key: 'attempts', head: t('webhooks.attempts'), align: 'end', cell: ({ attempts }) => format.number(attempts) },
                {
                  key: 'said',
                  head: t('webhooks.last_answer'),
                  cell: ({ last_status, last_cause }) => [last_status, last_cause].filter((said) => said !== null).join(' · ') || '–',
                },
                {
                  key: 'open',
                  head: t('actions'),
                  cell: ({ id, type }) => (
                    <Button size="small" aria-label={t('webhooks.open_named', { type })} onClick={() => setOpened(id)}>
                      {t('webhooks.open')}
                    </Button>
                  ),
                },
              ]}
            />
          )
        }
      </Loaded>
      {opened !== null && <MessageDialog id={opened} onReplayed={onReplayed} onClose={() => setOpened(null)} />}
    </>
  )
}

function MessageDialog({ id, onReplayed, onClose }: { id: string; onReplayed: () => void; onClose: () => void }) {
  const { t } = useTranslation('settings')
  const format = useFormat()
  const message = useQuery({ queryKey: ['webhook-message', id], queryFn: ({ signal }) => darkroom.webhooks.delivery(id, { signal }) })
  const replay = useChange(
    ['webhook-message', id],
    (webhookId: string) => darkroom.webhooks.replay(webhookId, { message_id: id }),
    onReplayed,
  )
  return (
    <Dialog
      title={t('webhooks.message')}
      wide
      onClose={onClose}
      actions={
        <Button busy={replay.isPending} onClick={() => message.data && replay.mutate(message.data.webhook_id)}>
          {t('webhooks.replay')}
        </Button>
      }
    >
      {replay.error !== null && <ErrorPanel error={replay.error} />}
      <Loaded query={message}>
        {(found) => (
          <div className={styles['form']}>
            <p className={styles['quiet']}>
              webhook-id: <code>{found.event_id}</code>
            </p>
            {found.body !== null && (
              // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
              <section className={styles['text']} tabIndex={0} aria-label={t('webhooks.body')}>
                <code>{found.body}</code>
              </section>
            )}
            <Table
              caption={t('webhooks.attempts')}
              captionHidden={false}
              rows={found.log}
              keyOf={({ n }) => String(n)}
              columns={[
                { key: 'n', head: '#', cell: ({ n }) => n },
                { key: 'at', head: t('webhooks.at'), cell: ({ at }) => format.time(at) },
                { key: 'ms', head: 'ms', align: 'end', cell: ({ duration_ms }) => format.number(duration_ms) },
                {
                  key: 'said',
                  head: t('webhooks.last_answer'),
                  cell: ({ http_status, cause }) => [http_status, cause].filter((said) => said !== null).join(' · ') || '–',
                },
                { key: 'body', head: t('webhooks.body'), cell: ({ response }) => response?.body.slice(0, 200) ?? '–' },
              ]}
            />
          </div>
        )}
      </Loaded>
    </Dialog>
  )
}
