import { type ReactNode, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useFormat } from '../../i18n/use-format.ts'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Picture } from '../../ui/picture.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { FailedCall } from './failed-call.tsx'
import { MadePictures } from './made-pictures.tsx'
import { type MakingState, making, type Preview, type SentCall } from './making.ts'
import styles from './result-panel.module.css'
import { parseSize } from './size-rules.ts'
import { useOnline } from './use-online.ts'

/** The picture: as it comes, when it is there, and what became of it otherwise. */
export function ResultPanel({ state }: { state: MakingState }) {
  const { t } = useTranslation('make')
  switch (state.step) {
    case 'idle':
      return <EmptyState title={t('result.none')}>{t('result.none_text')}</EmptyState>
    case 'made':
      return <MadePictures call={state.call} record={state.record} />
    case 'failed':
      return <FailedCall error={state.error} />
    case 'never_came':
      return (
        <Notice title={t('result.never_came')} text={t('result.never_came_text')}>
          <Button tone="primary" onClick={() => making.repeat()}>
            {t('result.make_now')}
          </Button>
          <Button onClick={() => making.clear()}>{t('result.leave')}</Button>
        </Notice>
      )
    default:
      return <UnderWay step={state.step} call={state.call} previews={state.previews} />
  }
}

function UnderWay({ step, call, previews }: { step: 'making' | 'finding' | 'lost'; call: SentCall; previews: readonly Preview[] }) {
  const { t } = useTranslation('make')
  const isOnline = useOnline()
  return (
    <div className={styles['panel']}>
      {step === 'lost' ? (
        <Notice title={t('result.lost')} text={t('result.lost_text')}>
          <Button onClick={making.lookNow}>{t('result.look_now')}</Button>
          <Button tone="quiet" onClick={() => making.clear()}>
            {t('result.leave')}
          </Button>
        </Notice>
      ) : (
        <Spinner label={t(step === 'making' ? 'result.making' : 'result.finding')} />
      )}
      <PreviewPlace call={call} previews={previews} />
      {step !== 'lost' && !isOnline && (
        <p role="status" className={styles['offline']}>
          {t('result.offline')}
        </p>
      )}
      {step === 'making' && <Waiting since={call.sentAt} />}
      {call.previewNanos !== null && <PreviewPrice call={call} count={previews.length} />}
    </div>
  )
}

/** The newest preview where the picture will stand, in its shape; earlier ones small below it. */
function PreviewPlace({ call, previews }: { call: SentCall; previews: readonly Preview[] }) {
  const { t } = useTranslation('make')
  const newest = previews.at(-1)
  const { width, height } = parseSize(call.request.size ?? 'auto') ?? { width: 1, height: 1 }
  return (
    <>
      <div className={styles['place']} style={{ aspectRatio: `${width} / ${height}`, maxWidth: `calc(70dvh * ${width / height})` }}>
        {newest && <Picture src={newest.url} alt={t('result.preview', { place: previews.length })} className={styles['preview'] ?? ''} />}
      </div>
      {previews.length > 1 && (
        <ul className={styles['strip']}>
          {previews.slice(0, -1).map(({ id, url }) => (
            <li key={id}>
              <Picture src={url} alt={t('result.preview', { place: id + 1 })} />
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

function PreviewPrice({ call, count }: { call: SentCall; count: number }) {
  const { t } = useTranslation('make')
  const format = useFormat()
  const each = BigInt(call.previewNanos!)
  const asked = (call.request.partial_images ?? 0) * (call.request.n ?? 1)
  return (
    <p role="status" className={styles['small']}>
      {t('result.previews', { count, asked, each: format.money(each), sum: format.money(each * BigInt(count)) })}
    </p>
  )
}

const TICK_MS = 1000

/** How long it has taken so far; not read out every second. */
function Waiting({ since }: { since: number }) {
  const { t } = useTranslation('make')
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS)
    return () => clearInterval(timer)
  }, [])
  return <p className={styles['small']}>{t('result.waiting', { seconds: Math.max(0, Math.round((now - since) / 1000)) })}</p>
}

function Notice({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  return (
    <section role="status" className={styles['notice']}>
      <h3>{title}</h3>
      <p>{text}</p>
      <div className={styles['actions']}>{children}</div>
    </section>
  )
}
