import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../../ui/button.tsx'
import type { Draft } from './draft.ts'
import styles from './preset-picker.module.css'
import { draftOfPreset, type PresetName, presetNames } from './presets.ts'

/** Examples to begin with. */
export function PresetPicker({ onChoose }: { onChoose: (members: Partial<Draft>) => void }) {
  const { t } = useTranslation('make')
  const [taken, setTaken] = useState<PresetName | null>(null)
  const choose = (name: PresetName) => {
    onChoose(draftOfPreset(name))
    setTaken(name)
  }
  return (
    <fieldset className={styles['presets']}>
      <legend className={styles['legend']}>{t('presets.title')}</legend>
      <ul className={styles['list']}>
        {presetNames.map((name) => (
          <li key={name}>
            <Button size="small" onClick={() => choose(name)}>
              {t(`presets.${name}`)}
            </Button>
          </li>
        ))}
      </ul>
      <p role="status" className={styles['told']}>
        {taken && t('presets.taken', { name: t(`presets.${taken}`) })}
      </p>
    </fieldset>
  )
}
