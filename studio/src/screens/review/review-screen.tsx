import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Page } from '../../shell/page.tsx'
import { Button } from '../../ui/button.tsx'
import { SelectField, TextField } from '../../ui/field.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { useToast } from '../../ui/toast.tsx'
import { BulkBar } from './bulk-bar.tsx'
import { DecisionDialog } from './decision-dialog.tsx'
import { EmptyQueue } from './empty-queue.tsx'
import { FullSizeReader } from './full-size-reader.tsx'
import { KeyHint } from './key-hint.tsx'
import { KeyList } from './key-list.tsx'
import styles from './review.module.css'
import { ReviewDetail } from './review-detail.tsx'
import { queueQuery, reviewQuery, reviewsKey } from './review-queries.ts'
import { ReviewQueue } from './review-queue.tsx'
import { reviewShows } from './review-search.ts'
import { isUndecided } from './review-state.ts'
import { useReviewDesk } from './use-review-desk.ts'
import { useReviewSearch } from './use-review-search.ts'
import { useReviewer } from './use-reviewer.ts'
import { shortcuts, useShortcuts } from './use-shortcuts.ts'

/** The queue, and the review that is open beside it. */
export function ReviewScreen() {
  const { t } = useTranslation('review')
  const say = useToast()
  const client = useQueryClient()
  const reviewer = useReviewer()
  const { search, go } = useReviewSearch()
  const show = search.show ?? 'waiting'
  const queue = useInfiniteQuery(queueQuery(show, search.image))
  const reviews = queue.data?.pages.flatMap((page) => page.reviews) ?? []
  const desk = useReviewDesk(reviews, reviewer)
  const open = useQuery({
    ...reviewQuery(desk.chosen ?? ''),
    enabled: desk.chosen !== null,
    placeholderData: () => reviews.find(({ id }) => id === desk.chosen),
  })
  const review = open.data
  const keys = useShortcuts((shortcut) => desk.press(shortcut, review))
  const readAgain = () => void client.invalidateQueries({ queryKey: reviewsKey })
  return (
    <Page
      title={t('title')}
      lead={t('lead')}
      actions={
        <>
          <a className={styles['link']} href="/v2/reviews/export?format=csv" download="reviews.csv">
            {t('export_csv')}
          </a>
          <a className={styles['link']} href="/v2/reviews/export?format=json" download="reviews.json">
            {t('export_json')}
          </a>
        </>
      }
    >
      <div className={styles['top']}>
        {reviewer.isAdmin && (
          <TextField
            label={t('name')}
            hint={t('name_hint')}
            autoComplete="name"
            maxLength={100}
            value={reviewer.name}
            onChange={({ target }) => reviewer.sayName(target.value)}
          />
        )}
        <SelectField
          label={t('show.title')}
          choices={reviewShows.map((value) => ({ value, label: t(`show.${value}`) }))}
          value={show}
          onChoose={(value) => go({ show: value, review: undefined, image: undefined })}
        />
        <KeyList {...keys} />
      </div>
      {search.image !== undefined && (
        <p>
          {t('of_image')}{' '}
          <Button size="small" onClick={() => go({ image: undefined, review: undefined })}>
            {t('of_all')}
          </Button>
        </p>
      )}
      <BulkBar
        listed={reviews.filter(isUndecided)}
        picked={desk.picked}
        reviewer={reviewer}
        onPick={desk.pickAll}
        onUnpick={desk.unpick}
        onHindered={(obstacle) => say(t(`obstacle.${obstacle}`), 'bad')}
      />
      <div className={styles['desk']}>
        <section className={styles['side']} aria-label={t('queue.title')}>
          <Loaded query={queue}>
            {() =>
              reviews.length === 0 ? (
                <EmptyQueue show={show} image={search.image} reviewer={reviewer} />
              ) : (
                <ReviewQueue reviews={reviews} chosen={desk.chosen} picked={desk.picked} onChoose={desk.choose} onPick={desk.pick} />
              )
            }
          </Loaded>
          {queue.hasNextPage && (
            <Button busy={queue.isFetchingNextPage} onClick={() => void queue.fetchNextPage()}>
              {t('queue.more')}
            </Button>
          )}
        </section>
        {desk.chosen !== null && (
          <div className={styles['main']}>
            <div className={styles['actions']}>
              <Button size="small" aria-keyshortcuts={keys.isOn ? shortcuts.previous : undefined} onClick={() => desk.step(-1)}>
                {t('queue.previous')} {keys.isOn && <KeyHint of="previous" />}
              </Button>
              <Button size="small" aria-keyshortcuts={keys.isOn ? shortcuts.next : undefined} onClick={() => desk.step(1)}>
                {t('queue.next')} {keys.isOn && <KeyHint of="next" />}
              </Button>
            </div>
            <Loaded query={open}>
              {(found) => (
                <ReviewDetail
                  review={found}
                  reviewer={reviewer}
                  hasRead={desk.hasRead(found)}
                  showKeys={keys.isOn}
                  onAsk={(asked) => desk.ask(found, asked)}
                />
              )}
            </Loaded>
          </div>
        )}
      </div>
      {review && desk.asked === 'read' && (
        <FullSizeReader
          review={review}
          reviewer={reviewer}
          onRead={() => {
            desk.markRead(review)
            readAgain()
          }}
          onClose={desk.close}
        />
      )}
      {review && desk.asked !== null && desk.asked !== 'read' && (
        <DecisionDialog
          review={review}
          reviewer={reviewer}
          verdict={desk.asked}
          onClose={desk.close}
          onDecided={({ review: decided, edit_error: editError }) => {
            desk.decided(decided)
            say(t(`decided.${isUndecided(decided) ? 'one_of_two' : 'done'}`, { state: t(`states.${decided.state}`) }), 'good')
            if (editError !== null) say(editError.message, 'bad')
          }}
        />
      )}
    </Page>
  )
}
