import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { darkroom } from '../../api/darkroom.ts'
import { ChoiceChips } from '../../ui/choice-chips.tsx'
import { CheckField, TextArea } from '../../ui/field.tsx'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { Refusal } from './refusal.tsx'
import styles from './review.module.css'
import { useReviewChange } from './use-review-change.ts'
import type { ReviewerHere } from './use-reviewer.ts'
import { WhyField } from './why-field.tsx'

type Answer = 'yes' | 'no' | 'not_applicable'
/** What is decided by the dialog. */
export type Verdict = api.ReviewDecisionRequest['decision']

/** Approve, reject or ask for one change: with why, an approval with its checklist. */
export function DecisionDialog({
  review,
  reviewer,
  verdict,
  onDecided,
  onClose,
}: {
  review: api.Review
  reviewer: ReviewerHere
  verdict: Verdict
  onDecided: (decided: api.ReviewDecided) => void
  onClose: () => void
}) {
  const { t } = useTranslation('review')
  const [why, setWhy] = useState('')
  const [change, setChange] = useState('')
  const [run, setRun] = useState(true)
  const [answers, setAnswers] = useState<Record<string, Answer>>({})
  const [faults, setFaults] = useState(false)
  const decide = useReviewChange((body: api.ReviewDecisionRequest) => darkroom.reviews.decide(review.id, body), onDecided)
  const open = verdict === 'approved' ? review.checklist.filter(({ id }) => (answers[id] ?? 'no') === 'no') : []
  const lacksChange = verdict === 'changes_requested' && change.trim() === ''
  const submit = () => {
    setFaults(true)
    if (why.trim() === '' || lacksChange || open.length > 0) return
    const asked = verdict === 'changes_requested' ? { change: change.trim(), run } : {}
    decide.mutate({ decision: verdict, why: why.trim(), ...(verdict === 'approved' ? { answers } : {}), ...asked, ...reviewer.body })
  }
  return (
    <FormDialog
      title={t(`decide.${verdict}`)}
      submit={t(`decide.${verdict}`)}
      danger={verdict === 'rejected'}
      busy={decide.isPending}
      refusal={<Refusal error={decide.error} />}
      onSubmit={submit}
      onClose={onClose}
    >
      {verdict === 'approved' && (
        <Checklist review={review} answers={answers} onAnswer={(id, answer) => setAnswers({ ...answers, [id]: answer })} />
      )}
      {faults && open.length > 0 && (
        <p role="alert" className={styles['refused']}>
          {t('refused.checklist_incomplete')}
        </p>
      )}
      {verdict === 'changes_requested' && (
        <>
          <TextArea
            label={t('decide.change')}
            hint={t('decide.change_hint')}
            error={faults && lacksChange && t('decide.change_missing')}
            rows={3}
            maxLength={8000}
            value={change}
            onChange={({ target }) => setChange(target.value)}
          />
          <CheckField label={t('decide.run')} hint={t('decide.run_hint')} checked={run} onCheck={setRun} />
        </>
      )}
      <WhyField why={why} onWhy={setWhy} isMissed={faults && why.trim() === ''} hint={t('decide.why_hint')} />
      <p className={styles['quiet']}>{t('decide.for_good')}</p>
    </FormDialog>
  )
}

function Checklist({
  review,
  answers,
  onAnswer,
}: {
  review: api.Review
  answers: Record<string, Answer>
  onAnswer: (id: string, answer: Answer) => void
}) {
  const { t, i18n } = useTranslation('review')
  const languages = new Intl.DisplayNames(i18n.language, { type: 'language' })
  return review.checklist.map(({ id, kind, lang }) => (
    <ChoiceChips
      key={id}
      legend={kind === 'text' ? t('checks.text', { language: nameOf(languages, lang) }) : t(`checks.${kind}`)}
      // A text is read or it is not: nobody can say that it does not matter.
      chips={(['yes', 'no', ...(kind === 'text' ? [] : (['not_applicable'] as const))] as const).map((value) => ({
        value,
        label: t(`answers.${value}`),
      }))}
      value={answers[id] ?? ('' as Answer)}
      onChoose={(answer) => onAnswer(id, answer)}
    />
  ))
}

/** `lang` is what a call said: it may be no language at all. */
function nameOf(languages: Intl.DisplayNames, lang: string | null): string {
  try {
    return languages.of(lang ?? 'und') ?? String(lang)
  } catch {
    return String(lang)
  }
}
