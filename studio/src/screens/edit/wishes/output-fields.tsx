import { useTranslation } from 'react-i18next'
import { CheckField, SelectField } from '../../../ui/field.tsx'
import { askedSize, type Desk } from './edit-request.ts'
import { standardSizes } from './edit-sizes.ts'
import type { EditWishes } from './edit-wishes.ts'
import type { EditModel } from './use-models.ts'
import styles from './wishes.module.css'

/** Most pictures of one edit that are offered here, and most previews that a stream has. */
const [MOST_PICTURES, MOST_PREVIEWS] = [4, 3]

/** Model, quality, size, format, how many, previews. */
export function OutputFields({
  desk,
  models,
  isStrict,
  onWish,
}: {
  desk: Pick<Desk, 'pictures' | 'wishes' | 'sizes'>
  models: readonly EditModel[]
  isStrict: boolean
  onWish: (change: Partial<EditWishes>) => void
}) {
  const { t } = useTranslation('edit')
  const { wishes, sizes } = desk
  const model = models.find(({ id }) => id === wishes.model)
  const qualities = model?.capabilities.qualities ?? [wishes.quality]
  const own = askedSize({ ...desk, wishes: { ...wishes, size: 'as_picture' } }, false)
  const sizeChoices = [
    { value: 'as_picture', label: own === 'auto' ? t('output.size_near') : t('output.size_own') },
    { value: 'auto', label: t('output.size_auto') },
    ...(sizes === null ? [] : standardSizes(sizes)).map((value) => ({ value, label: value.replace('x', '×') })),
  ]
  const drawn = own.replace('x', '×')
  const sizeHint = isStrict ? t('output.size_strict', { size: drawn }) : wishes.size === 'as_picture' && own !== 'auto' && drawn
  const counts = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, index) => ({ value: String(from + index), label: String(from + index) }))
  return (
    <div className={styles['output']}>
      <SelectField
        label={t('output.quality')}
        choices={qualities.map((value) => ({ value, label: t(`output.qualities.${value}` as 'output.qualities.low') }))}
        value={wishes.quality}
        onChoose={(quality) => onWish({ quality })}
      />
      <SelectField
        label={t('output.size')}
        choices={isStrict ? sizeChoices.slice(0, 1) : sizeChoices}
        value={isStrict ? 'as_picture' : wishes.size}
        onChoose={(size) => onWish({ size })}
        hint={sizeHint}
      />
      <details className={styles['rest']}>
        <summary>{t('output.more')}</summary>
        <div className={styles['output']}>
          <SelectField
            label={t('output.model')}
            choices={
              models.length === 0 ? [{ value: wishes.model, label: wishes.model }] : models.map(({ id }) => ({ value: id, label: id }))
            }
            value={wishes.model}
            onChoose={(id) => onWish({ model: id, ...qualityOf(models, id, wishes.quality) })}
          />
          <SelectField
            label={t('output.format')}
            choices={(['png', 'webp', 'jpeg'] as const).map((value) => ({ value, label: value.toUpperCase() }))}
            value={wishes.format}
            onChoose={(format) => onWish({ format })}
          />
          <SelectField
            label={t('output.n')}
            choices={counts(1, MOST_PICTURES)}
            value={String(wishes.n)}
            onChoose={(n) => onWish({ n: Number(n) })}
          />
          <SelectField
            label={t('output.previews')}
            hint={isStrict ? t('output.previews_strict') : t('output.previews_hint')}
            disabled={isStrict}
            choices={counts(0, MOST_PREVIEWS)}
            value={String(isStrict ? 0 : wishes.partials)}
            onChoose={(partials) => onWish({ partials: Number(partials) })}
          />
        </div>
        <CheckField label={t('output.review')} checked={wishes.isReviewed} onCheck={(isReviewed) => onWish({ isReviewed })} />
      </details>
    </div>
  )
}

/** A quality that the other model does not have gives way to one that it has. */
function qualityOf(models: readonly EditModel[], id: string, quality: string): Partial<EditWishes> {
  const has = models.find((model) => model.id === id)?.capabilities.qualities ?? []
  return has.includes(quality) ? {} : { quality: has.includes('medium') ? 'medium' : (has[0] ?? quality) }
}
