import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { DarkroomError } from '#sdk'
import { darkroom } from '../../../api/darkroom.ts'
import { useSession } from '../../../api/session.ts'
import { Button } from '../../../ui/button.tsx'
import { ErrorPanel } from '../../../ui/error-panel.tsx'
import { Money } from '../../../ui/money.tsx'
import { Spinner } from '../../../ui/spinner.tsx'
import { useSettled } from '../mask/use-mask.ts'
import { writeMaskPng } from '../mask/write-mask-png.ts'
import { type Desk, editCall } from './edit-request.ts'
import styles from './wishes.module.css'

/** How long nothing must have changed before the gateway is asked. */
const REST_MS = 400

/** What the edit would cost, as it stands; and what it would be refused for. */
export function EstimatePanel({ desk, hasMask, onPlain }: { desk: Desk; hasMask: boolean; onPlain: () => void }) {
  const { t } = useTranslation('edit')
  const { play_money: play } = useSession()
  const asked = useSettled(JSON.stringify(questionOf(desk, hasMask)), REST_MS)
  const estimate = useQuery({
    queryKey: ['edit-estimate', asked],
    enabled: desk.sizes !== null,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const { request, options } = editCall(desk, hasMask ? await maskOfSize(desk.pictures[0]!) : null)
      return darkroom.estimate({ ...request, prompt: request.prompt || '…' }, { ...options, signal })
    },
  })
  if (estimate.isError)
    return (
      <>
        <ErrorPanel error={estimate.error} />
        {isNotPlain(estimate.error) && (
          <Button size="small" onClick={onPlain}>
            {t('strict.plain')}
          </Button>
        )}
      </>
    )
  if (estimate.data === undefined) return <Spinner label={t('estimate.working')} />
  const { low, expected, high, per_bucket: buckets, promise } = estimate.data
  return (
    <section className={styles['estimate']} aria-label={t('estimate.title')} aria-live="polite">
      <p className={styles['expected']}>
        {t('estimate.about')} <Money amount={expected} play={play} />
      </p>
      <details>
        <summary className={styles['hint']}>{t('estimate.why')}</summary>
        <dl className={styles['buckets']}>
          <dt>{t('estimate.at_least')}</dt>
          <dd>
            <Money amount={low} />
          </dd>
          <dt>{t('estimate.at_most')}</dt>
          <dd>
            <Money amount={high} />
          </dd>
          {Object.entries(buckets).map(([bucket, amount]) => (
            <div key={bucket} className={styles['bucket']}>
              <dt>{t(`estimate.bucket.${bucket}` as 'estimate.bucket.text_in', { defaultValue: bucket })}</dt>
              <dd>
                <Money amount={amount} />
              </dd>
            </div>
          ))}
        </dl>
        {promise === 'none' && <p className={styles['hint']}>{t('estimate.no_promise')}</p>}
      </details>
    </section>
  )
}

/** Colours of cameras, and tags that turn a picture, stand against a strict mask: a plain copy has neither. */
function isNotPlain(error: unknown): boolean {
  return error instanceof DarkroomError && error.code === 'strict_mask_impossible' && error.param !== 'size'
}

/** What the price depends on. Where the mask is open does not matter to it. */
function questionOf(desk: Desk, hasMask: boolean) {
  const { request, options } = editCall({ ...desk, labels: {} }, null)
  return { request, options, hasMask, isStrict: desk.wishes.isStrict, featherPx: desk.wishes.featherPx }
}

const masks = new Map<string, Promise<Blob>>()

/** Any mask of the picture's pixels: the price knows its size alone. */
function maskOfSize({ width, height }: { width: number; height: number }): Promise<Blob> {
  const name = `${width}x${height}`
  const values = () => new Uint8Array(width * height).fill(255, 0, 1)
  const mask = masks.get(name) ?? writeMaskPng({ width, height, values: values() })
  masks.set(name, mask)
  return mask
}
