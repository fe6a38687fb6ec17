import { type FormEvent, type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSession } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { AdvicePanel } from './advice-panel.tsx'
import { type Draft, fitDraft, isUnsaid } from './draft.ts'
import { EstimatePanel } from './estimate-panel.tsx'
import styles from './make-form.module.css'
import { type MakingState, making } from './making.ts'
import { type Model, modelOf } from './models.ts'
import { PresetPicker } from './preset-picker.tsx'
import { PromptFields } from './prompt-fields.tsx'
import { SettingsFields } from './settings-fields.tsx'
import { useCheck } from './use-check.ts'
import { useDraft } from './use-draft.ts'
import { useRendered } from './use-rendered.ts'
import { useSavedRequest } from './use-saved-request.ts'

/** What is to be made, what it will cost, and the button that has it made. */
export function MakeForm({ models, state }: { models: readonly Model[]; state: MakingState }) {
  const { t } = useTranslation('make')
  const [kept, change] = useDraft()
  const model = useMemo(() => modelOf(models, kept.model), [models, kept.model])
  const draft = useMemo(() => fitDraft({ ...kept, model: model.id }, model.capabilities), [kept, model])
  const rendered = useRendered(draft)
  const check = useCheck(draft, rendered)
  const { submit, isSaving, fault, isMissing } = useSubmit(draft, { change, previewNanos: check.previewNanos })
  const isBusy = isSaving || isUnderWay(state)
  return (
    <form className={styles['form']} onSubmit={submit} onKeyDown={withoutEnter} noValidate>
      <PresetPicker onChoose={change} />
      <PromptFields
        draft={draft}
        change={change}
        isMissing={isMissing}
        rendered={rendered.prompt?.text ?? null}
        warnings={check.promptWarnings}
      />
      <AdvicePanel description={draft.mode === 'plain' ? draft.prompt : Object.values(draft.parts).join('\n')} />
      <SettingsFields draft={draft} change={change} models={models} capabilities={model.capabilities} estimate={check.estimate} />
      <EstimatePanel check={check}>
        <Button type="submit" tone="primary" busy={isBusy} className={styles['make']}>
          {t(isBusy ? 'making' : draft.n > 1 ? 'make_several' : 'make', { count: draft.n })}
        </Button>
      </EstimatePanel>
      {fault !== null && <ErrorPanel error={fault} />}
    </form>
  )
}

/** Enter in a field of one line, meant for that field, buys nothing. */
function withoutEnter(event: KeyboardEvent<HTMLFormElement>) {
  if (event.key === 'Enter' && event.target instanceof HTMLInputElement) event.preventDefault()
}

/** One that was lost as well: whoever presses again would have another one made beside it. */
const isUnderWay = ({ step }: MakingState) => step === 'making' || step === 'finding' || step === 'lost'

function useSubmit(draft: Draft, { change, previewNanos }: { change: (members: Partial<Draft>) => void; previewNanos: string | null }) {
  const projectId = useSession().project.id
  const { save, isSaving, fault } = useSavedRequest(change)
  const [isMissing, setMissing] = useState(false)
  const unsaid = isUnsaid(draft)
  /** Of somebody who presses twice nothing is sent twice. */
  const isSending = useRef(false)
  useEffect(() => {
    if (!unsaid) setMissing(false)
  }, [unsaid])
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    setMissing(unsaid)
    if (unsaid) return event.currentTarget.querySelector<HTMLElement>('textarea')?.focus()
    if (isUnderWay(making.state()) || isSending.current) return
    isSending.current = true
    const request = await save(draft)
    isSending.current = false
    if (request !== null && !isUnderWay(making.state())) making.start({ projectId, request, previewNanos, thenEdit: draft.thenEdit })
  }
  return { submit: (event: FormEvent<HTMLFormElement>) => void submit(event), isSaving, fault, isMissing }
}
