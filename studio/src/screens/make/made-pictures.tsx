import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { GuardPanel } from '../../ui/guard-panel.tsx'
import { Money } from '../../ui/money.tsx'
import { Picture } from '../../ui/picture.tsx'
import { AskedReturned } from './asked-returned.tsx'
import { CodePanel } from './code-panel.tsx'
import { EvidenceBadges } from './evidence-badges.tsx'
import styles from './made-pictures.module.css'
import { making, type SentCall } from './making.ts'
import { NextSteps } from './next-steps.tsx'

/** What was made: the pictures, what they cost, what is known about them, and what can be done next. */
export function MadePictures({ call, record }: { call: SentCall; record: api.GenerationRecord }) {
  const { t } = useTranslation('make')
  const [first] = record.images
  return (
    <div className={styles['made']}>
      <div className={styles['head']}>
        <p role="status" className={styles['told']}>
          <Badge tone="good">{t('result.made', { count: record.images.length })}</Badge>
          <span>
            {t('figures.cost')}{' '}
            <strong>
              <Money amount={costOf(record)} play={record.cost.book === 'sandbox'} />
            </strong>
          </span>
        </p>
        <Button size="small" onClick={() => making.clear()}>
          {t('result.leave')}
        </Button>
      </div>
      <ul className={styles['pictures']}>
        {record.images.map((image, index) => (
          <li key={image.id}>
            <OnePicture image={image} alt={altOf(call, index, t('result.kept_prompt'))} />
          </li>
        ))}
      </ul>
      {first && <NextSteps imageId={first.id} isReviewed={call.request.darkroom?.review === 'required'} thenEdit={call.thenEdit} />}
      <CallFigures record={record} />
      {first?.guard && (
        <section aria-labelledby="words-read">
          <h3 id="words-read">{t('texts.read')}</h3>
          <GuardPanel imageId={first.id} />
        </section>
      )}
      {first && <EvidenceBadges evidence={first.evidence} />}
      <AskedReturned record={record} />
      <CodePanel request={call.request} />
    </div>
  )
}

const costOf = ({ cost }: api.GenerationRecord) => ({ usd: cost.settled, nanos: cost.settled_nanos })

const ALT_CHARACTERS = 200

function altOf({ request }: SentCall, index: number, otherwise: string): string {
  const words = (request.prompt ?? otherwise).slice(0, ALT_CHARACTERS)
  return (request.n ?? 1) > 1 ? `${index + 1}: ${words}` : words
}

function OnePicture({ image, alt }: { image: api.RecordedImage; alt: string }) {
  const { t } = useTranslation('make')
  const address = `/v2/images/${image.id}`
  if (image.deleted_at !== null || image.storage !== 'stored') return <p>{t('result.gone')}</p>
  return (
    <figure className={styles['figure']}>
      <a href={address} target="_blank" rel="noreferrer" aria-label={t('result.full_size')}>
        <Picture src={address} alt={alt} width={image.width ?? undefined} height={image.height ?? undefined} />
      </a>
      <figcaption>
        <a href={address} download={`${image.id}.${image.format ?? 'png'}`}>
          {t('result.download')}
        </a>
      </figcaption>
    </figure>
  )
}

function CallFigures({ record }: { record: api.GenerationRecord }) {
  const { t } = useTranslation('make')
  const { cost, previews } = record
  const isPlay = cost.book === 'sandbox'
  const durationMs = record.completed_at === null ? null : Date.parse(record.completed_at) - Date.parse(record.created_at)
  const held = { usd: cost.held_unknown, nanos: cost.held_unknown_nanos }
  return (
    <dl className={styles['figures']}>
      <div>
        <dt>{t('figures.cost')}</dt>
        <dd className={styles['cost']}>
          <Money amount={costOf(record)} play={isPlay} />
        </dd>
      </div>
      {previews.asked > 0 && (
        <div>
          <dt>{t('figures.previews', { count: previews.received })}</dt>
          <dd>
            <Money amount={previews.cost} />
          </dd>
        </div>
      )}
      {held.nanos !== '0' && (
        <div>
          <dt>{t('figures.held')}</dt>
          <dd>
            <Money amount={held} />
          </dd>
        </div>
      )}
      {durationMs !== null && (
        <div>
          <dt>{t('figures.took')}</dt>
          <dd>{t('figures.seconds', { seconds: (durationMs / 1000).toFixed(1) })}</dd>
        </div>
      )}
      <div>
        <dt>{t('figures.route')}</dt>
        <dd>
          {record.route_owner} / {record.route_id}
        </dd>
      </div>
      <div>
        <dt>{t('figures.request_id')}</dt>
        <dd>
          <code>{record.request_id ?? '–'}</code>
        </dd>
      </div>
      <div>
        <dt>{t('figures.record')}</dt>
        <dd>
          <a href={`/v2/generations/${record.id}`} target="_blank" rel="noreferrer">
            <code>{record.id}</code>
          </a>
        </dd>
      </div>
    </dl>
  )
}
