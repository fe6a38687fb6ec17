import { useTranslation } from 'react-i18next'
import { Button } from '../../../ui/button.tsx'
import { SelectField, TextField } from '../../../ui/field.tsx'
import { CrossIcon } from '../../../ui/icons.tsx'
import type { WishedText } from './edit-wishes.ts'
import styles from './wishes.module.css'

/** Languages whose texts can be asked for, each by its own name. */
const languages = {
  en: 'English',
  ja: '日本語',
  'zh-CN': '简体中文',
  'zh-TW': '繁體中文',
  ko: '한국어',
  de: 'Deutsch',
  fr: 'Français',
  es: 'Español',
} as const

/** Texts that the picture must show when the edit is done. */
export function TextList({
  texts,
  boxes,
  onChange,
}: {
  texts: readonly WishedText[]
  boxes: number
  onChange: (texts: readonly WishedText[]) => void
}) {
  const { t, i18n } = useTranslation('edit')
  const change = (key: number, wish: Partial<WishedText>) => onChange(texts.map((text) => (text.key === key ? { ...text, ...wish } : text)))
  const add = () => {
    const key = Math.max(0, ...texts.map((text) => text.key)) + 1
    onChange([...texts, { key, text: '', lang: i18n.language, box: null }])
  }
  const places = [
    { value: '', label: t('texts.anywhere') },
    ...Array.from({ length: boxes }, (_, index) => ({ value: String(index), label: t('texts.in_box', { number: index + 1 }) })),
  ]
  return (
    <section className={styles['list']} aria-label={t('texts.title')}>
      {texts.length > 0 && <h2>{t('texts.title')}</h2>}
      {texts.map(({ key, text, lang, box }, index) => (
        <div key={key} className={styles['text']}>
          <TextField
            label={t('texts.text', { number: index + 1 })}
            lang={lang}
            maxLength={500}
            value={text}
            onChange={(event) => change(key, { text: event.target.value })}
          />
          <SelectField
            label={t('texts.language')}
            choices={Object.entries(languages).map(([value, label]) => ({ value, label }))}
            value={lang}
            onChoose={(value) => change(key, { lang: value })}
          />
          {boxes > 0 && (
            <SelectField
              label={t('texts.place')}
              choices={places}
              value={box === null ? '' : String(box)}
              onChoose={(value) => change(key, { box: value === '' ? null : Number(value) })}
            />
          )}
          <Button
            tone="quiet"
            size="small"
            aria-label={t('texts.remove', { number: index + 1 })}
            onClick={() => onChange(texts.filter((other) => other.key !== key))}
          >
            <CrossIcon />
          </Button>
        </div>
      ))}
      <Button size="small" onClick={add}>
        {t('texts.add')}
      </Button>
    </section>
  )
}
