import { useTranslation } from 'react-i18next'
import { CheckField } from '../../ui/field.tsx'
import styles from './review.module.css'
import { type Shortcut, shortcuts } from './use-shortcuts.ts'

/** The single keys and what they do, and the switch that turns them off. */
export function KeyList({ isOn, turn }: { isOn: boolean; turn: (on: boolean) => void }) {
  const { t } = useTranslation('review')
  return (
    <details className={styles['keys']}>
      <summary>{t('keys.title')}</summary>
      <CheckField label={t('keys.on')} hint={t('keys.hint')} checked={isOn} onCheck={turn} />
      {isOn && (
        <dl>
          {(Object.entries(shortcuts) as [Shortcut, string][]).map(([name, key]) => (
            <div key={name}>
              <dt>
                <kbd>{key.toUpperCase()}</kbd>
              </dt>
              <dd>{t(`keys.${name}`)}</dd>
            </div>
          ))}
        </dl>
      )}
    </details>
  )
}
