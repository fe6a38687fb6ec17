import { useTranslation } from 'react-i18next'
import { type Language, languages } from '../../i18n/languages.ts'
import { chooseLanguage } from '../../i18n/translations.ts'
import { SelectField } from '../../ui/field.tsx'
import { Panel } from './panel.tsx'

const choices = (Object.entries(languages) as [Language, string][]).map(([value, label]) => ({ value, label }))

/** The language of this browser. */
export function LanguagePanel() {
  const { t, i18n } = useTranslation('settings')
  return (
    <Panel lead={t('language.lead')}>
      <SelectField
        label={t('language.label')}
        choices={choices}
        value={i18n.language as Language}
        onChoose={(language) => void chooseLanguage(language)}
      />
    </Panel>
  )
}
