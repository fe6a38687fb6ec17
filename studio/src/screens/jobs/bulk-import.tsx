import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { darkroom } from '../../api/darkroom.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Field, SelectField, TextArea, TextField } from '../../ui/field.tsx'
import { BulkVerdict } from './bulk-verdict.tsx'
import fieldStyles from './file-field.module.css'
import styles from './jobs.module.css'
import { orderOf, readOrder } from './read-order.ts'
import { saveTemplate } from './save-template.ts'

const qualities = ['low', 'medium', 'high'] as const

/** A bulk from a file: chosen, checked item by item and priced, then submitted. Nothing costs anything before the last step. */
export function BulkImport({ onClose, onSubmitted }: { onClose: () => void; onSubmitted: (id: string) => void }) {
  const { t } = useTranslation('jobs')
  const [file, setFile] = useState<File | null>(null)
  const [name, setName] = useState('')
  const [prompt, setPrompt] = useState('')
  const [size, setSize] = useState('1024x1024')
  const [quality, setQuality] = useState<(typeof qualities)[number]>('low')
  const [lane, setLane] = useState<'standard' | 'economy'>('standard')
  // One for each bulk that is described here: pressing twice is submitting once.
  const [idempotencyKey, setKey] = useState(() => crypto.randomUUID())
  const template = prompt.trim() === '' ? null : { request: { model: 'gpt-image-2', prompt, size, quality } }
  const options = { ...(name !== '' && { name }), lane }
  const check = useMutation({ mutationFn: async () => darkroom.jobs.checkBulk(orderOf(await readOrder(file!), template), { lane }) })
  const submit = useMutation({
    mutationFn: async () => darkroom.jobs.bulk(orderOf(await readOrder(file!), template), { ...options, idempotencyKey }),
    onSuccess: ({ id }) => onSubmitted(id),
  })
  const change = <Value,>(set: (value: Value) => void) => {
    return (value: Value) => {
      set(value)
      setKey(crypto.randomUUID())
      check.reset()
      submit.reset()
    }
  }
  const verdict = check.data
  return (
    <Dialog
      wide
      title={t('import.title')}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('import.leave')}</Button>
          {verdict && verdict.unusable === 0 ? (
            <Button tone="primary" busy={submit.isPending} onClick={() => submit.mutate()}>
              {t('import.submit', { count: makeable(verdict) })}
            </Button>
          ) : (
            <Button tone="primary" busy={check.isPending} disabled={file === null} onClick={() => check.mutate()}>
              {t('import.check')}
            </Button>
          )}
        </>
      }
    >
      <p className={styles['quiet']}>{t('import.lead')}</p>
      <p className={styles['links']}>
        <Button size="small" onClick={() => saveTemplate('csv')}>
          {t('import.template_csv')}
        </Button>
        <Button size="small" onClick={() => saveTemplate('jsonl')}>
          {t('import.template_jsonl')}
        </Button>
      </p>
      <Field label={t('import.file')} hint={t('import.file_hint')}>
        {(control) => (
          <input
            {...control}
            className={fieldStyles['file']}
            type="file"
            accept=".csv,.json,.jsonl,.ndjson,text/csv,application/json"
            onChange={(event) => change(setFile)(event.target.files?.[0] ?? null)}
          />
        )}
      </Field>
      <TextArea
        label={t('import.prompt')}
        hint={t('import.prompt_hint', { example: '{{name}}' })}
        rows={2}
        value={prompt}
        onChange={(event) => change(setPrompt)(event.target.value)}
      />
      <div className={styles['fields']}>
        {template !== null && (
          <>
            <TextField label={t('import.size')} value={size} onChange={(event) => change(setSize)(event.target.value)} />
            <SelectField
              label={t('import.quality')}
              choices={qualities.map((value) => ({ value, label: t(`qualities.${value}`) }))}
              value={quality}
              onChoose={change(setQuality)}
            />
          </>
        )}
        <TextField label={t('import.name')} maxLength={200} value={name} onChange={(event) => change(setName)(event.target.value)} />
        <SelectField
          label={t('import.lane')}
          choices={(['standard', 'economy'] as const).map((value) => ({ value, label: t(`lanes.${value}`) }))}
          value={lane}
          onChoose={change(setLane)}
        />
      </div>
      {check.isError && <ErrorPanel error={check.error} />}
      {verdict && <BulkVerdict verdict={verdict} />}
      {submit.isError && <ErrorPanel error={submit.error} />}
    </Dialog>
  )
}

const makeable = ({ total, refused }: api.BulkCheck) => total - refused
