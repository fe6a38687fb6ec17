import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { useFormat } from '../../i18n/use-format.ts'
import { ChoiceChips } from '../../ui/choice-chips.tsx'
import { CheckField, SelectField, TextField } from '../../ui/field.tsx'
import { type Draft, plainFormats } from './draft.ts'
import { isOffered, type Model } from './models.ts'
import styles from './settings-fields.module.css'
import { SizePicker } from './size-picker.tsx'

interface SettingsProps {
  draft: Draft
  change: (members: Partial<Draft>) => void
  models: readonly Model[]
  capabilities: api.ModelCapabilities
  /** For the price at each quality. */
  estimate: api.Estimate | null
}

/** How the picture is made. */
export function SettingsFields({ draft, change, models, capabilities, estimate }: SettingsProps) {
  const { t } = useTranslation('make')
  const format = useFormat()
  const qualities = ['auto', ...capabilities.qualities] as Draft['quality'][]
  const priceAt = (quality: string) => {
    const price = estimate?.per_quality[quality]
    return price && format.money(price.nanos)
  }
  return (
    <>
      <SizePicker rule={capabilities.sizes} size={draft.size} isOwn={draft.isOwnSize} onChange={change} />
      <ChoiceChips
        legend={t('quality.label')}
        chips={qualities.map((value) => ({ value, label: t(`quality.${value}`), detail: priceAt(value) }))}
        value={draft.quality}
        onChoose={(quality) => change({ quality })}
      />
      <details className={styles['more']}>
        <summary>
          {t('more')}
          <span className={styles['now']}>
            {[
              draft.model,
              draft.format.toUpperCase(),
              t('count', { count: draft.n }),
              draft.partials === 0 ? t('partials.none') : t('partials.count', { count: draft.partials }),
            ].join(' · ')}
          </span>
        </summary>
        <MoreFields draft={draft} change={change} models={models} capabilities={capabilities} />
      </details>
    </>
  )
}

function MoreFields({ draft, change, models, capabilities }: Omit<SettingsProps, 'estimate'>) {
  const { t } = useTranslation('make')
  const offered = models.filter((model) => isOffered(model) || model.id === draft.model)
  return (
    <div className={styles['fields']}>
      <SelectField
        label={t('model')}
        choices={offered.map(({ id, state }) => ({ value: id, label: state === 'current' ? id : `${id} (${t(`states.${state}`)})` }))}
        value={draft.model}
        onChoose={(model) => change({ model })}
      />
      <SelectField
        label={t('format')}
        choices={plainFormats
          .filter((name) => capabilities.output_formats.includes(name))
          .map((name) => ({ value: name, label: name.toUpperCase() }))}
        value={draft.format}
        onChoose={(name) => change({ format: name })}
      />
      {draft.format !== 'png' && (
        <TextField
          label={t('compression.label', { percent: draft.compression })}
          hint={t('compression.hint')}
          type="range"
          min={0}
          max={100}
          className={styles['range']}
          value={draft.compression}
          onChange={({ target }) => change({ compression: target.valueAsNumber })}
        />
      )}
      <SelectField
        label={t('n.label')}
        hint={t('n.hint')}
        choices={Array.from({ length: capabilities.max_n }, (_, index) => ({ value: String(index + 1), label: String(index + 1) }))}
        value={String(draft.n)}
        onChoose={(n) => change({ n: Number(n) })}
      />
      <SelectField
        label={t('partials.label')}
        hint={t('partials.hint')}
        choices={[0, 1, 2, 3].map((count) => ({ value: String(count), label: String(count) }))}
        value={String(draft.partials)}
        onChoose={(partials) => change({ partials: Number(partials) })}
      />
      <CheckField
        label={t('review.label')}
        hint={t('review.hint')}
        checked={draft.isReviewed}
        onCheck={(isReviewed) => change({ isReviewed })}
      />
    </div>
  )
}
