import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { darkroom } from '../../api/darkroom.ts'
import { useFormat } from '../../i18n/use-format.ts'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { ReasonDialog } from './reason-dialog.tsx'
import { Refusal } from './refusal.tsx'
import styles from './review.module.css'
import { useReviewChange } from './use-review-change.ts'
import type { ReviewerHere } from './use-reviewer.ts'

/** The public address of an approved picture: given, copied, ended; and the approval, taken back. */
export function PublicationPanel({ review, reviewer }: { review: api.Review; reviewer: ReviewerHere }) {
  const { t } = useTranslation('review')
  const format = useFormat()
  const [asked, setAsked] = useState<'unpublish' | 'revoke' | null>(null)
  const publish = useReviewChange((_: undefined) => darkroom.reviews.publish(review.image.id, reviewer.body))
  const { publication, state } = review
  const address = publication !== null && publication.ended_at === null ? publication.url : null
  if (state !== 'approved' && publication === null) return null
  return (
    <section className={styles['section']} aria-labelledby="publication">
      <h3 id="publication">{t('public.title')}</h3>
      {address !== null ? (
        <p>
          <a href={address} target="_blank" rel="noreferrer">
            {address}
          </a>
        </p>
      ) : (
        <p className={styles['quiet']}>
          {publication?.ended_at
            ? t('public.ended', { time: format.time(publication.ended_at), why: publication.ended_why ?? '–' })
            : t('public.none')}
        </p>
      )}
      <div className={styles['actions']}>
        {address === null && state === 'approved' && (
          <Button tone="primary" busy={publish.isPending} onClick={() => publish.mutate(undefined)}>
            {t('public.publish')}
          </Button>
        )}
        {address !== null && <CopyButton text={address}>{t('public.copy')}</CopyButton>}
        {address !== null && <Button onClick={() => setAsked('unpublish')}>{t('public.unpublish')}</Button>}
        {state === 'approved' && (
          <Button tone="quiet" onClick={() => setAsked('revoke')}>
            {t('public.revoke')}
          </Button>
        )}
      </div>
      <Refusal error={publish.error} />
      {asked === 'unpublish' && (
        <ReasonDialog
          title={t('public.unpublish')}
          hint={t('public.unpublish_hint')}
          act={(why) => darkroom.reviews.unpublish(review.image.id, { why, ...reviewer.body })}
          onClose={() => setAsked(null)}
        />
      )}
      {asked === 'revoke' && (
        <ReasonDialog
          title={t('public.revoke')}
          hint={t('public.revoke_hint')}
          act={(why) => darkroom.reviews.revoke(review.id, { why, ...reviewer.body })}
          onClose={() => setAsked(null)}
        />
      )}
    </section>
  )
}
