import { useTranslation } from 'react-i18next'
import { DarkroomError } from '#sdk'
import { darkroom } from '../../api/darkroom.ts'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Refusal } from './refusal.tsx'
import type { ReviewShow } from './review-search.ts'
import { useReviewChange } from './use-review-change.ts'
import type { ReviewerHere } from './use-reviewer.ts'

/** Nothing to decide; a picture that nobody looks at goes into the queue by being asked for as a public one. */
export function EmptyQueue({ show, image, reviewer }: { show: ReviewShow; image: string | undefined; reviewer: ReviewerHere }) {
  const { t } = useTranslation('review')
  const publish = useReviewChange(async (id: string) => {
    try {
      await darkroom.reviews.publish(id, reviewer.body)
    } catch (error) {
      // It waits in the queue now, which is what was asked for.
      if (!(error instanceof DarkroomError) || error.code !== 'review_not_approved') throw error
    }
  })
  if (image === undefined) return <EmptyState title={t(show === 'waiting' ? 'empty.waiting' : 'empty.none')}>{t('empty.how')}</EmptyState>
  return (
    <>
      <EmptyState
        title={t('empty.image')}
        action={
          <Button tone="primary" busy={publish.isPending} onClick={() => publish.mutate(image)}>
            {t('empty.ask')}
          </Button>
        }
      >
        {t('empty.ask_hint')}
      </EmptyState>
      <Refusal error={publish.error} />
    </>
  )
}
