import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { CompareSlider } from '../../ui/compare-slider.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Picture } from '../../ui/picture.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import styles from './review.module.css'
import { sourceQuery } from './source-picture.ts'

/** The picture; an edit beside what it was made of. */
export function PicturePanel({ review }: { review: api.Review }) {
  const { t } = useTranslation('review')
  if (review.image.deleted_at !== null) return <p>{t('deleted')}</p>
  const picture = <Picture className={styles['large']} src={`/v2/images/${review.image.id}`} alt={t('picture')} loading="eager" />
  return review.reasons.includes('edit') || review.drift !== null ? <Compared review={review} picture={picture} /> : picture
}

function Compared({ review, picture }: { review: api.Review; picture: ReactNode }) {
  const { t } = useTranslation('review')
  const { image, generation_id: generationId } = review
  const source = useQuery(sourceQuery(image.id, generationId))
  const [view, setView] = useState<'slider' | 'panes'>('panes')
  return (
    <Loaded query={source}>
      {(before) =>
        before === null ? (
          <>
            {picture}
            <p className={styles['quiet']}>{t('source.gone')}</p>
          </>
        ) : (
          <Tabs
            label={t('source.views')}
            chosen={view}
            onChoose={setView}
            tabs={[
              {
                id: 'panes',
                label: t('source.panes'),
                content: () => (
                  <div className={styles['panes']}>
                    <figure>
                      <Picture src={before} alt={t('source.before')} />
                      <figcaption>{t('source.before')}</figcaption>
                    </figure>
                    <figure>
                      <Picture src={`/v2/images/${image.id}`} alt={t('picture')} />
                      <figcaption>{t('source.after')}</figcaption>
                    </figure>
                  </div>
                ),
              },
              {
                id: 'slider',
                label: t('source.slider'),
                content: () => (
                  <CompareSlider before={before} after={`/v2/images/${image.id}`} width={image.width ?? 1} height={image.height ?? 1} />
                ),
              },
            ]}
          />
        )
      }
    </Loaded>
  )
}
