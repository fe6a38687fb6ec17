import { type ReactNode, useId } from 'react'
import styles from './choice-chips.module.css'

/** One of a few choices that are all shown. */
export interface Chip<Value extends string = string> {
  value: Value
  label: ReactNode
  /** Small, below: what it costs, how large it is. */
  detail?: ReactNode
}

/** One of a few choices, all in sight: radio buttons, so that arrows move between them. */
export function ChoiceChips<Value extends string>({
  legend,
  legendHidden = false,
  hint,
  chips,
  value,
  onChoose,
}: {
  legend: ReactNode
  /** Shows the legend to screen readers alone. */
  legendHidden?: boolean
  hint?: ReactNode
  chips: readonly Chip<Value>[]
  value: Value
  onChoose: (value: Value) => void
}) {
  const name = useId()
  return (
    <fieldset className={styles['group']} aria-describedby={hint ? `${name}hint` : undefined}>
      <legend className={legendHidden ? styles['hidden'] : styles['legend']}>{legend}</legend>
      <div className={styles['chips']}>
        {chips.map((chip) => (
          <label key={chip.value} className={styles['chip']}>
            <input type="radio" name={name} value={chip.value} checked={chip.value === value} onChange={() => onChoose(chip.value)} />
            <span>{chip.label}</span>
            {chip.detail && <span className={styles['detail']}>{chip.detail}</span>}
          </label>
        ))}
      </div>
      {hint && (
        <p id={`${name}hint`} className={styles['hint']}>
          {hint}
        </p>
      )}
    </fieldset>
  )
}
