import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Language, languages } from '../i18n/languages.ts'
import { chooseLanguage } from '../i18n/translations.ts'
import { SelectField } from '../ui/field.tsx'
import styles from './shell.module.css'
import { chooseTheme, chosenTheme, themes } from './theme.ts'

const choices = (Object.entries(languages) as [Language, string][]).map(([value, label]) => ({ value, label }))

/** Language and theme; kept in this browser. */
export function PreferenceFields() {
  const { t, i18n } = useTranslation()
  const [theme, setTheme] = useState(chosenTheme)
  return (
    <div className={styles['preferences']}>
      <SelectField
        label={t('preferences.language')}
        choices={choices}
        value={i18n.language as Language}
        onChoose={(language) => void chooseLanguage(language)}
      />
      <SelectField
        label={t('preferences.theme')}
        choices={themes.map((value) => ({ value, label: t(`preferences.themes.${value}`) }))}
        value={theme}
        onChoose={(chosen) => {
          chooseTheme(chosen)
          setTheme(chosen)
        }}
      />
    </div>
  )
}
