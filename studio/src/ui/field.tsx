import { type ComponentProps, type ReactNode, useId } from 'react'
import { classes } from './classes.ts'
import styles from './field.module.css'

/** What every field says of itself. */
export interface FieldTexts {
  label: ReactNode
  /** Read with the field: what is expected, what follows. */
  hint?: ReactNode
  /** What is wrong with what stands in it. */
  error?: ReactNode
  /** Shows the label to screen readers alone, where what surrounds the field says it to everybody else. */
  labelHidden?: boolean
}

/** What ties a control to its label, hint and error. */
export interface ControlAttributes {
  id: string
  'aria-describedby': string | undefined
  'aria-invalid': true | undefined
}

/** A control of any kind with its label, hint and error. */
export function Field({ label, hint, error, labelHidden, children }: FieldTexts & { children: (control: ControlAttributes) => ReactNode }) {
  const id = useId()
  const [hintId, errorId] = [`${id}hint`, `${id}error`]
  const described = [hint && hintId, error && errorId].filter(Boolean).join(' ')
  return (
    <div className={styles['field']}>
      <label htmlFor={id} className={classes(styles['label'], labelHidden && styles['hidden'])}>
        {label}
      </label>
      {children({ id, 'aria-describedby': described || undefined, 'aria-invalid': error ? true : undefined })}
      {hint && (
        <p id={hintId} className={styles['hint']}>
          {hint}
        </p>
      )}
      {error && (
        <p id={errorId} className={styles['error']}>
          {error}
        </p>
      )}
    </div>
  )
}

/** One line of text. */
export function TextField({ label, hint, error, labelHidden, className, ...input }: FieldTexts & ComponentProps<'input'>) {
  return (
    <Field label={label} hint={hint} error={error} labelHidden={labelHidden ?? false}>
      {(control) => <input type="text" {...input} {...control} className={classes(styles['control'], className)} />}
    </Field>
  )
}

/** Several lines of text; grows with what is typed where the browser can. */
export function TextArea({ label, hint, error, labelHidden, className, ...input }: FieldTexts & ComponentProps<'textarea'>) {
  return (
    <Field label={label} hint={hint} error={error} labelHidden={labelHidden ?? false}>
      {(control) => <textarea rows={4} {...input} {...control} className={classes(styles['control'], styles['area'], className)} />}
    </Field>
  )
}

/** One of a few choices. */
export interface Choice<Value extends string = string> {
  value: Value
  label: string
  disabled?: boolean
}

/** One of several choices, by the platform's own list. */
export function SelectField<Value extends string>({
  label,
  hint,
  error,
  labelHidden,
  className,
  choices,
  value,
  onChoose,
  ...select
}: FieldTexts &
  Omit<ComponentProps<'select'>, 'onChange' | 'value'> & {
    choices: readonly Choice<Value>[]
    value: Value
    onChoose: (value: Value) => void
  }) {
  return (
    <Field label={label} hint={hint} error={error} labelHidden={labelHidden ?? false}>
      {(control) => (
        <select
          {...select}
          {...control}
          className={classes(styles['control'], className)}
          value={value}
          onChange={(event) => onChoose(event.target.value as Value)}
        >
          {choices.map((choice) => (
            <option key={choice.value} value={choice.value} disabled={choice.disabled}>
              {choice.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}

/** Yes or no. */
export function CheckField({ label, hint, onCheck, ...input }: FieldTexts & ComponentProps<'input'> & { onCheck: (on: boolean) => void }) {
  const id = useId()
  return (
    <div className={styles['check']}>
      <input
        {...input}
        id={id}
        type="checkbox"
        aria-describedby={hint ? `${id}hint` : undefined}
        onChange={(event) => onCheck(event.target.checked)}
      />
      <label htmlFor={id}>{label}</label>
      {hint && (
        <p id={`${id}hint`} className={styles['hint']}>
          {hint}
        </p>
      )}
    </div>
  )
}
