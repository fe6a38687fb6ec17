import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Badge } from '../../../ui/badge.tsx'
import { Button } from '../../../ui/button.tsx'
import { CompareSlider } from '../../../ui/compare-slider.tsx'
import { Fact, Facts } from '../../../ui/facts.tsx'
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
      <EditFigures edit={edit} size={`${image.width}×${image.height}`} />
    </div>
  )
}

function EditFigures({ edit: { record, isStrict }, size }: { edit: FinishedEdit; size: string }) {
  const { t } = useTranslation('edit')
  const { cost, request_shape: asked, previews } = record
  return (
    <Facts layout="row">
      <Fact name={t('result.cost')}>
        <Money amount={{ usd: cost.settled, nanos: cost.settled_nanos }} play={cost.book === 'sandbox'} />
      </Fact>
      {previews.received > 0 && (
        <Fact name={t('result.previews', { count: previews.received })}>
          <Money amount={previews.cost} />
        </Fact>
      )}
      <Fact name={t('result.size')}>
        {asked.size === 'auto' || asked.size.replace('x', '×') === size
          ? size
          : t('result.size_differs', { asked: asked.size.replace('x', '×'), got: size })}
      </Fact>
      {isStrict && (
        <Fact name={t('result.outside')}>
          <Badge tone="good">{t('result.bit_for_bit')}</Badge>
        </Fact>
      )}
      {record.warnings.map(({ code, message }) => (
        <Fact key={code} name={t('result.warning')} wide>
          <span lang="en">{message}</span>
        </Fact>
      ))}
    </Facts>
  )
}
