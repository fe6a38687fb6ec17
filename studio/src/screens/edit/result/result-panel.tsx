import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Badge } from '../../../ui/badge.tsx'
import { Button } from '../../../ui/button.tsx'
import { CompareSlider } from '../../../ui/compare-slider.tsx'
import { GuardPanel } from '../../../ui/guard-panel.tsx'
import { Money } from '../../../ui/money.tsx'
import { Picture } from '../../../ui/picture.tsx'
import { Tabs } from '../../../ui/tabs.tsx'
import { DriftPanel } from './drift-panel.tsx'
import styles from './result.module.css'
import type { FinishedEdit } from './use-edit-run.ts'

/** What came of an edit: beside what it was made of, with what it cost and what it moved. */
export function ResultPanel({ edit, isBusy, onGoOn }: { edit: FinishedEdit; isBusy: boolean; onGoOn: (imageId: string) => void }) {
  const { t } = useTranslation('edit')
  const { record, before } = edit
  const images = record.images.filter(({ deleted_at }) => deleted_at === null)
  const [chosen, setChosen] = useState<string | null>(null)
  const [view, setView] = useState<'compare' | 'drift' | 'guard'>('compare')
  const image = images.find(({ id }) => id === chosen) ?? images[0]
  if (image === undefined) return <p>{t('result.none')}</p>
  const review = { image: image.id }
  return (
    <div className={styles['result']}>
      {images.length > 1 && (
        <ul className={styles['several']}>
          {images.map(({ id }, index) => (
            <li key={id}>
              <button type="button" aria-pressed={id === image.id} onClick={() => setChosen(id)}>
                <Picture src={`/v2/images/${id}/thumbnail?width=160`} alt={t('result.picture', { number: index + 1 })} />
              </button>
            </li>
          ))}
        </ul>
      )}
      <Tabs
        label={t('result.views')}
        chosen={view}
        onChoose={setView}
        tabs={[
          {
            id: 'compare',
            label: t('result.compare'),
            content: () => (
              <CompareSlider
                before={before.url}
                after={`/v2/images/${image.id}`}
                width={image.width ?? before.width}
                height={image.height ?? before.height}
              />
            ),
          },
          { id: 'drift', label: t('result.drift'), content: () => <DriftPanel key={image.id} imageId={image.id} /> },
          { id: 'guard', label: t('result.guard'), content: () => <GuardPanel key={image.id} imageId={image.id} /> },
        ]}
      />
      <div className={styles['actions']}>
        <Button tone="primary" busy={isBusy} onClick={() => onGoOn(image.id)}>
          {t('result.go_on')}
        </Button>
        <a className={styles['link']} href={`/v2/images/${image.id}`} download={`${image.id}.${image.format ?? 'png'}`}>
          {t('result.download')}
        </a>
        <Link className={styles['link']} to="/review" search={review}>
          {t('result.review')}
        </Link>
      </div>
      <Facts edit={edit} size={`${image.width}×${image.height}`} />
    </div>
  )
}

function Facts({ edit: { record, isStrict }, size }: { edit: FinishedEdit; size: string }) {
  const { t } = useTranslation('edit')
  const { cost, request_shape: asked, previews } = record
  return (
    <dl className={styles['figures']}>
      <div>
        <dt>{t('result.cost')}</dt>
        <dd>
          <Money amount={{ usd: cost.settled, nanos: cost.settled_nanos }} play={cost.book === 'sandbox'} />
        </dd>
      </div>
      {previews.received > 0 && (
        <div>
          <dt>{t('result.previews', { count: previews.received })}</dt>
          <dd>
            <Money amount={previews.cost} />
          </dd>
        </div>
      )}
      <div>
        <dt>{t('result.size')}</dt>
        <dd>
          {asked.size === 'auto' || asked.size.replace('x', '×') === size
            ? size
            : t('result.size_differs', { asked: asked.size.replace('x', '×'), got: size })}
        </dd>
      </div>
      {isStrict && (
        <div>
          <dt>{t('result.outside')}</dt>
          <dd>
            <Badge tone="good">{t('result.bit_for_bit')}</Badge>
          </dd>
        </div>
      )}
      {record.warnings.map(({ code, message }) => (
        <div key={code} className={styles['warning']}>
          <dt>{t('result.warning')}</dt>
          <dd lang="en">{message}</dd>
        </div>
      ))}
    </dl>
  )
}
