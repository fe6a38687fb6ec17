import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { ChoiceChips } from '../../ui/choice-chips.tsx'
import { TextArea } from '../../ui/field.tsx'
import { type Draft, partNames } from './draft.ts'
import styles from './prompt-fields.module.css'
import { TextsFields } from './texts-fields.tsx'

/** What the picture is to show: in one text, or in parts that are kept, compared and checked one by one. */
export function PromptFields({
  draft,
  change,
  isMissing,
  rendered,
  warnings,
}: {
  draft: Draft
  change: (members: Partial<Draft>) => void
  isMissing: boolean
  /** The text that a draft in parts comes to. */
  rendered: string | null
  warnings: readonly api.ContractWarning[]
}) {
  const { t } = useTranslation('make')
  const error = isMissing && t('prompt.missing')
  return (
    <div className={styles['prompt']}>
      <ChoiceChips
        legend={t('prompt.mode')}
        legendHidden
        chips={(['plain', 'structured'] as const).map((mode) => ({ value: mode, label: t(`prompt.modes.${mode}`) }))}
        value={draft.mode}
        onChoose={(mode) => change({ mode })}
      />
      {draft.mode === 'plain' ? (
        <TextArea
          label={t('prompt.label')}
          placeholder={t('prompt.placeholder')}
          error={error}
          rows={5}
          maxLength={32_000}
          value={draft.prompt}
          onChange={({ target }) => change({ prompt: target.value })}
        />
      ) : (
        partNames.map((name) => (
          <TextArea
            key={name}
            label={t(`parts.${name}.label`)}
            hint={t(`parts.${name}.hint`)}
            error={name === 'purpose' && error}
            rows={2}
            className={styles['part']}
            value={draft.parts[name]}
            onChange={({ target }) => change({ parts: { ...draft.parts, [name]: target.value } })}
          />
        ))
      )}
      <TextsFields texts={draft.texts} onChange={(texts) => change({ texts })} />
      {rendered !== null && (
        <details className={styles['rendered']}>
          <summary>{t('prompt.rendered')}</summary>
          <p>{rendered}</p>
        </details>
      )}
      {warnings.length > 0 && (
        <ul className={styles['warnings']}>
          {warnings.map(({ code, message }) => (
            <li key={code} lang="en">
              {message}
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
