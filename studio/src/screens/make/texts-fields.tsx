import { useTranslation } from 'react-i18next'
import { Button } from '../../ui/button.tsx'
import { SelectField, TextField } from '../../ui/field.tsx'
import { CrossIcon } from '../../ui/icons.tsx'
import type { VerbatimText } from './draft.ts'
import styles from './texts-fields.module.css'

/** Languages that texts are usually in; that of a text from elsewhere is offered too. */
const usualTags = ['en', 'ja', 'zh-CN', 'zh-TW', 'ko', 'fr', 'de', 'es', 'pt-BR', 'it'] as const

/** Texts that must stand in the picture letter for letter, each with its language. */
export function TextsFields({ texts, onChange }: { texts: readonly VerbatimText[]; onChange: (texts: VerbatimText[]) => void }) {
  const { t, i18n } = useTranslation('make')
  const names = new Intl.DisplayNames([i18n.language], { type: 'language' })
  const replace = (place: number, members: Partial<VerbatimText>) =>
    onChange(texts.map((text, index) => (index === place ? { ...text, ...members } : text)))
  const add = () => onChange([...texts, { text: '', lang: texts.at(-1)?.lang ?? i18n.language }])
  return (
    <fieldset className={styles['texts']}>
      <legend className={styles['legend']}>{t('texts.title')}</legend>
      {texts.map(({ text, lang }, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows have no name but their place
        <div key={place} className={styles['row']}>
          <TextField
            label={t('texts.text', { place: place + 1 })}
            labelHidden
            lang={lang}
            maxLength={500}
            value={text}
            onChange={({ target }) => replace(place, { text: target.value })}
          />
          <SelectField
            label={t('texts.language', { place: place + 1 })}
            labelHidden
            choices={[...new Set([...usualTags, lang])].map((tag) => ({ value: tag, label: names.of(tag) ?? tag }))}
            value={lang}
            onChoose={(tag) => replace(place, { lang: tag })}
          />
          <Button
            tone="quiet"
            aria-label={t('texts.remove', { place: place + 1 })}
            onClick={() => onChange(texts.filter((_, index) => index !== place))}
          >
            <CrossIcon />
          </Button>
        </div>
      ))}
      <Button size="small" onClick={add} className={styles['add']}>
        {t('texts.add')}
      </Button>
    </fieldset>
  )
}
