import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { useFormat } from '../../i18n/use-format.ts'
import { Badge } from '../../ui/badge.tsx'
import { labelsText } from './labels-text.ts'
import { Panel } from './panel.tsx'
import { ProjectSettingsTable } from './project-settings-table.tsx'
import { ReviewDialog } from './review-dialog.tsx'
import styles from './settings.module.css'

/** Which pictures of each project people look at, who approves them, and which may be public. */
export function ReviewPanel() {
  const { t } = useTranslation('settings')
  return (
    <Panel lead={t('review.lead')}>
      <ProjectSettingsTable
        caption={t('tabs.review')}
        columns={[
          { key: 'looked', head: t('review.looked_at'), cell: ({ settings }) => <Rules review={settings.review} /> },
          { key: 'approval', head: t('review.approval'), cell: ({ settings }) => <Approval review={settings.review} /> },
          { key: 'publish', head: t('review.publish'), cell: ({ settings }) => t(`review.publishing.${settings.publish ?? 'reviewed'}`) },
        ]}
        dialog={(project, onClose) => <ReviewDialog project={project} onClose={onClose} />}
      />
    </Panel>
  )
}

function Rules({ review }: { review: api.ProjectSettings['review'] }) {
  const { t } = useTranslation('settings')
  const format = useFormat()
  const rules =
    review === null
      ? []
      : [
          review.edits && t('review.edits'),
          review.texts && t('review.texts'),
          review.complex.tags.length > 0 && `${t('review.tags')}: ${review.complex.tags.join(', ')}`,
          Object.keys(review.complex.metadata).length > 0 && `${t('review.labels')}: ${labelsText(review.complex.metadata)}`,
          review.sample_percent > 0 && t('review.sampled', { share: format.percent(review.sample_percent / 100) }),
        ].filter((rule) => rule !== false)
  return <Chips texts={rules} none={t('review.asked_alone')} />
}

function Approval({ review }: { review: api.ProjectSettings['review'] }) {
  const { t } = useTranslation('settings')
  const format = useFormat()
  const { two_persons: isTwo, own_approval: own, auto_approve: auto } = review ?? {}
  const rules = [
    isTwo && t('review.two_persons'),
    own && t('review.own_by', { name: own.allowed_by, time: own.at === undefined ? '' : format.time(own.at) }),
    auto === 'adoptable' && t('review.by_guard'),
  ].filter((rule) => typeof rule === 'string')
  return <Chips texts={rules} none={t('review.by_other')} />
}

function Chips({ texts, none }: { texts: readonly string[]; none: string }) {
  if (texts.length === 0) return <span className={styles['quiet']}>{none}</span>
  return (
    <span className={styles['chips']}>
      {texts.map((text) => (
        <Badge key={text}>{text}</Badge>
      ))}
    </span>
  )
}
