import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { useFormat } from '../../i18n/use-format.ts'
import { Badge } from '../../ui/badge.tsx'
import { Picture } from '../../ui/picture.tsx'
import styles from './queue.module.css'
import { isUndecided, stateTones } from './review-state.ts'

/** The reviews that are listed; one of them is open beside. */
export function ReviewQueue({
  reviews,
  chosen,
  picked,
  onChoose,
  onPick,
}: {
  reviews: readonly api.Review[]
  chosen: string | null
  /** Those that are decided together. */
  picked: ReadonlySet<string>
  onChoose: (id: string) => void
  onPick: (id: string) => void
}) {
  const { t } = useTranslation('review')
  return (
    <ol className={styles['queue']} aria-label={t('queue.title')}>
      {reviews.map((review, index) => (
        <li key={review.id} className={styles['item']}>
          {isUndecided(review) && (
            <label className={styles['pick']}>
              <input
                type="checkbox"
                checked={picked.has(review.id)}
                aria-label={t('queue.pick', { number: index + 1 })}
                onChange={() => onPick(review.id)}
              />
            </label>
          )}
          <button
            type="button"
            aria-current={review.id === chosen || undefined}
            className={styles['open']}
            onClick={() => onChoose(review.id)}
          >
            <Entry review={review} number={index + 1} />
          </button>
        </li>
      ))}
    </ol>
  )
}

function Entry({ review, number }: { review: api.Review; number: number }) {
  const { t } = useTranslation('review')
  const format = useFormat()
  const { image, reasons, state, overdue, due_at: dueAt, claim } = review
  return (
    <>
      {image.deleted_at === null ? (
        <Picture className={styles['thumbnail']} src={`/v2/images/${image.id}/thumbnail?width=160`} alt="" />
      ) : (
        <span className={styles['thumbnail']} />
      )}
      <span className={styles['text']}>
        <span className={styles['title']}>
          {t('queue.entry', { number, reasons: reasons.map((reason) => t(`reasons.${reason}`)).join(', ') })}
        </span>
        <span className={styles['badges']}>
          {overdue && <Badge tone="bad">{t('overdue')}</Badge>}
          {state !== 'open' && <Badge tone={stateTones[state]}>{t(`states.${state}`)}</Badge>}
        </span>
        <span className={styles['quiet']}>
          {claim !== null
            ? t('claim.by', { name: claim.name, time: format.time(claim.until) })
            : dueAt !== null && isUndecided(review) && t('due', { time: format.time(dueAt) })}
        </span>
      </span>
    </>
  )
}
