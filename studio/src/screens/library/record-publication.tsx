import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type api, DarkroomError } from '#sdk'
import { darkroom } from '../../api/darkroom.ts'
import { useChange } from '../../api/use-change.ts'
import { useReviewerName } from '../../api/use-reviewer-name.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { TextArea, TextField } from '../../ui/field.tsx'
import { FormDialog } from '../../ui/form-dialog.tsx'
import styles from './library.module.css'

/** Whether anybody may open the picture, and by which address: published once it is approved, and taken back with a reason. */
export function RecordPublication({ image }: { image: api.RecordedImage }) {
  const { t } = useTranslation('library')
  const [isEnding, setEnding] = useState(false)
  const { isAdmin, name, sayName, body } = useReviewerName()
  const publish = useChange(['library', 'record'], () => darkroom.reviews.publish(image.id, body))
  const address = image.storage_pointer?.public_url ?? null
  const waitsForReview = publish.error instanceof DarkroomError && publish.error.code === 'review_not_approved'
  const review = image.review
  return (
    <section className={styles['lineage']} aria-label={t('public.title')}>
      {isAdmin && (
        <TextField label={t('public.name')} hint={t('public.name_hint')} value={name} onChange={(event) => sayName(event.target.value)} />
      )}
      {address === null ? (
        <div className={styles['row']}>
          <Button size="small" busy={publish.isPending} onClick={() => publish.mutate(undefined)}>
            {t('public.publish')}
          </Button>
          <span className={styles['quiet']}>{t('public.none')}</span>
        </div>
      ) : (
        <div className={styles['row']}>
          <a href={address} target="_blank" rel="noreferrer">
            {t('public.address')}
          </a>
          <Button size="small" onClick={() => setEnding(true)}>
            {t('public.unpublish')}
          </Button>
        </div>
      )}
      {publish.isError && (waitsForReview ? <p role="status">{t('public.waits')}</p> : <ErrorPanel error={publish.error} />)}
      {review !== null && (
        <p>
          <Link to="/review" search={{ show: 'all', review: review.id }}>
            {t('public.review')}
          </Link>
        </p>
      )}
      {isEnding && <EndPublication id={image.id} by={body} onClose={() => setEnding(false)} />}
    </section>
  )
}

function EndPublication({ id, by, onClose }: { id: string; by: api.Reviewer; onClose: () => void }) {
  const { t } = useTranslation('library')
  const [why, setWhy] = useState('')
  const end = useChange(['library', 'record'], () => darkroom.reviews.unpublish(id, { ...by, why: why.trim() }), onClose)
  return (
    <FormDialog
      title={t('public.unpublish')}
      submit={t('public.unpublish')}
      leave={t('public.keep')}
      danger
      busy={end.isPending}
      error={end.error}
      onSubmit={() => end.mutate(undefined)}
      onClose={onClose}
    >
      <p>{t('public.end_text')}</p>
      <TextArea
        label={t('public.why')}
        hint={t('public.why_hint')}
        required
        rows={2}
        value={why}
        onChange={(event) => setWhy(event.target.value)}
      />
    </FormDialog>
  )
}
