import { useTranslation } from 'react-i18next'
import { TextField } from '../../ui/field.tsx'

/** Why something is decided, which stays on record. @param isMissed it was to be said, and is not */
export function WhyField({ why, onWhy, isMissed, hint }: { why: string; onWhy: (why: string) => void; isMissed: boolean; hint?: string }) {
  const { t } = useTranslation('review')
  return (
    <TextField
      label={t('decide.why')}
      hint={hint}
      error={isMissed && t('decide.why_missing')}
      maxLength={1000}
      autoComplete="off"
      value={why}
      onChange={({ target }) => onWhy(target.value)}
    />
  )
}
