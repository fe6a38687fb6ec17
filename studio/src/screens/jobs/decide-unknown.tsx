import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { darkroom } from '../../api/darkroom.ts'
import { TextArea, TextField } from '../../ui/field.tsx'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { Money } from '../../ui/money.tsx'
import { useToast } from '../../ui/toast.tsx'
import { readAnew } from './queries.ts'

/** What somebody decides about a call whose outcome nobody knows. */
export type Decision = 'charged' | 'not_charged' | 'run_again'

const SHORTEST = 3

/** Asks how somebody knows, or why it cannot wait; that stands on record with who decided. */
export function DecideUnknown({ unknown, decision, onClose }: { unknown: api.UnknownOutcome; decision: Decision; onClose: () => void }) {
  const { t } = useTranslation('jobs')
  const client = useQueryClient()
  const say = useToast()
  const [why, setWhy] = useState('')
  const [amount, setAmount] = useState(unknown.estimated.usd)
  const [isShort, setShort] = useState(false)
  const decide = useMutation({
    mutationFn: () => send(unknown.generation_id, decision, { why: why.trim(), amount: amount.trim() }),
    onSuccess: () => {
      say(t(`decide.done.${decision}`), 'good')
      onClose()
    },
    onSettled: () => readAnew(client),
  })
  const submit = () => {
    setShort(why.trim().length < SHORTEST)
    if (why.trim().length >= SHORTEST) decide.mutate()
  }
  return (
    <FormDialog
      title={t(`decide.title.${decision}`)}
      submit={t(`decide.do.${decision}`)}
      leave={t('decide.leave')}
      danger={decision === 'run_again'}
      busy={decide.isPending}
      error={decide.error}
      onSubmit={submit}
      onClose={onClose}
    >
      <p>
        {t(`decide.text.${decision}`)} {t('unknown.held')}: <Money amount={unknown.held} play={unknown.book === 'sandbox'} />
      </p>
      <TextArea
        label={t(decision === 'run_again' ? 'decide.reason' : 'decide.evidence')}
        hint={t(decision === 'run_again' ? 'decide.reason_hint' : 'decide.evidence_hint')}
        error={isShort && t('decide.too_short')}
        rows={3}
        value={why}
        onChange={(event) => setWhy(event.target.value)}
      />
      {decision === 'charged' && (
        <TextField
          label={t('decide.amount')}
          hint={t('decide.amount_hint')}
          inputMode="decimal"
          value={amount}
          onChange={(event) => setAmount(event.target.value)}
        />
      )}
    </FormDialog>
  )
}

function send(id: string, decision: Decision, { why, amount }: { why: string; amount: string }): Promise<unknown> {
  if (decision === 'run_again') return darkroom.unknowns.runAgain(id, { accept_double_charge: true, reason: why })
  const charged = decision === 'charged' && amount !== '' ? { amount_usd: amount } : {}
  return darkroom.unknowns.resolve(id, { outcome: decision, evidence: why, ...charged })
}
