import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useFormat } from '../i18n/use-format.ts'
import styles from './compare-slider.module.css'

/** Two pictures over one another with an edge between them that is moved like any slider: by pointer, arrows, Home and End. */
export function CompareSlider({ before, after, width, height }: { before: string; after: string; width: number; height: number }) {
  const { t } = useTranslation('ui')
  const format = useFormat()
  const [share, setShare] = useState(50)
  return (
    <figure className={styles['compare']}>
      <div className={styles['pair']} style={{ aspectRatio: `${width} / ${height}` }}>
        <img src={after} alt={t('compare.after')} />
        <img src={before} alt={t('compare.before')} style={{ clipPath: `inset(0 ${100 - share}% 0 0)` }} />
        <span className={styles['edge']} style={{ insetInlineStart: `${share}%` }} aria-hidden="true" />
        <input
          type="range"
          min={0}
          max={100}
          value={share}
          aria-label={t('compare.slider')}
          aria-valuetext={t('compare.shown', { share: format.percent(share / 100) })}
          onChange={(event) => setShare(Number(event.target.value))}
        />
      </div>
      <figcaption className={styles['sides']}>
        <span>{t('compare.before')}</span>
        <span>{t('compare.after')}</span>
      </figcaption>
    </figure>
  )
}
