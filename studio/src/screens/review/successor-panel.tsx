import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { darkroom } from '../../api/darkroom.ts'
import { Button } from '../../ui/button.tsx'
import { TextArea } from '../../ui/field.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Picture } from '../../ui/picture.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { Refusal } from './refusal.tsx'
import styles from './review.module.css'
import { useReviewChange } from './use-review-change.ts'

/** How often an edit that is under way is asked for. */
const AGAIN_MS = 1500

/** What became of a picture that was turned down: the one thing to change, and the picture with it changed. */
export function SuccessorPanel({ review }: { review: api.Review }) {
  const { t } = useTranslation('review')
  const { change, state } = review
  if (state !== 'changes_requested' && state !== 'rejected') return null
  return (
    <section className={styles['section']} aria-labelledby="successor">
      <h3 id="successor">{t('successor.title')}</h3>
      {change !== null && <blockquote className={styles['quote']}>{change.text ?? t('successor.forgotten')}</blockquote>}
      {change?.generation_id ? <Successor generationId={change.generation_id} /> : <MakeSuccessor review={review} />}
    </section>
  )
}

function Successor({ generationId }: { generationId: string }) {
  const { t } = useTranslation('review')
  const record = useQuery({
    queryKey: ['generation', generationId],
    queryFn: ({ signal }) => darkroom.generations.get(generationId, { signal }),
    refetchInterval: ({ state: { data } }) => (data === undefined || isUnderWay(data) ? AGAIN_MS : false),
  })
  return (
    <Loaded query={record}>
      {(found) => {
        const [image] = found.images
        if (image !== undefined)
          return (
            <div className={styles['successor']}>
              <Picture src={`/v2/images/${image.id}/thumbnail?width=160`} alt={t('successor.picture')} />
              <Link to="/edit" search={{ image: image.id }}>
                {t('successor.open')}
              </Link>
              <Link to="/review" search={{ image: image.id }}>
                {t('successor.review')}
              </Link>
            </div>
          )
        return isUnderWay(found) ? <Spinner label={t('successor.under_way')} /> : <p>{t('successor.failed')}</p>
      }}
    </Loaded>
  )
}

const isUnderWay = ({ status }: api.GenerationRecord) => status === 'queued' || status === 'running'

function MakeSuccessor({ review }: { review: api.Review }) {
  const { t } = useTranslation('review')
  const [wish, setWish] = useState('')
  const asksFor = review.change === null || review.change.text === null
  const make = useReviewChange((_: undefined) => darkroom.reviews.edit(review.id, asksFor ? { change: wish.trim() } : {}))
  return (
    <>
      {asksFor && (
        <TextArea
          label={t('decide.change')}
          hint={t('decide.change_hint')}
          rows={3}
          value={wish}
          onChange={({ target }) => setWish(target.value)}
        />
      )}
      <div className={styles['actions']}>
        <Button
          busy={make.isPending}
          aria-disabled={asksFor && wish.trim() === ''}
          onClick={() => (asksFor && wish.trim() === '' ? undefined : make.mutate(undefined))}
        >
          {t('successor.make')}
        </Button>
      </div>
      <Refusal error={make.error} />
    </>
  )
}
