import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { darkroom } from '../../api/darkroom.ts'
import { projectsQuery } from '../../api/projects-query.ts'
import { useChange } from '../../api/use-change.ts'
import { CheckField, SelectField, TextField } from '../../ui/field.tsx'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { labelsText, readLabels, wordsOf } from './labels-text.ts'
import { keysQuery } from './queries.ts'
import styles from './settings.module.css'

type Review = NonNullable<api.ProjectSettings['review']>
type Publish = NonNullable<api.ProjectSettings['publish']>
const questions: Review['checklist'] = ['text', 'structure', 'brand', 'rights']
const publishings: readonly Publish[] = ['never', 'reviewed', 'always']

/** As the gateway has it where nothing is said. */
const nothingSaid: Review = {
  edits: false,
  texts: false,
  complex: { tags: [], metadata: {} },
  sample_percent: 0,
  may_waive: false,
  two_persons: false,
  own_approval: null,
  auto_approve: 'never',
  reviewers: null,
  checklist: questions,
  claim_minutes: 30,
  due_hours: 24,
}

/** Which pictures of a project people look at, who they are, and what may be public. */
export function ReviewDialog({ project, onClose }: { project: api.Project; onClose: () => void }) {
  const { t } = useTranslation('settings')
  const keys = useQuery(keysQuery)
  const [review, setReview] = useState<Review>(project.settings.review ?? nothingSaid)
  const [publish, setPublish] = useState<Publish>(project.settings.publish ?? 'reviewed')
  const [tags, setTags] = useState(review.complex.tags.join(', '))
  const [labels, setLabels] = useState(labelsText(review.complex.metadata))
  const set = (change: Partial<Review>) => setReview((before) => ({ ...before, ...change }))
  const metadata = readLabels(labels)
  const save = useChange(
    projectsQuery.queryKey,
    (settings: api.ProjectChange['settings']) => darkroom.projects.change(project.id, { settings: settings! }),
    onClose,
  )
  const ofProject = keys.data?.keys.filter(({ project_id, revoked_at }) => project_id === project.id && revoked_at === null) ?? []
  const check = (name: 'edits' | 'texts' | 'may_waive' | 'two_persons') => ({
    checked: review[name],
    onCheck: (on: boolean) => set({ [name]: on, ...(name === 'two_persons' && on ? { auto_approve: 'never', own_approval: null } : {}) }),
  })
  return (
    <FormDialog
      title={t('review.change_named', { name: project.name })}
      submit={t('save')}
      onSubmit={() => metadata !== null && save.mutate({ publish, review: { ...review, complex: { tags: wordsOf(tags), metadata } } })}
      onClose={onClose}
      busy={save.isPending}
      error={save.error}
      wide
    >
      <fieldset className={styles['choices']}>
        <legend>{t('review.looked_at')}</legend>
        <CheckField label={t('review.edits')} {...check('edits')} />
        <CheckField label={t('review.texts')} {...check('texts')} />
      </fieldset>
      <div className={styles['pair']}>
        <TextField label={t('review.tags')} hint={t('review.tags_hint')} value={tags} onChange={(event) => setTags(event.target.value)} />
        <TextField
          label={t('review.labels')}
          hint={t('review.labels_hint')}
          error={metadata === null ? t('review.labels_error') : undefined}
          value={labels}
          onChange={(event) => setLabels(event.target.value)}
        />
        <TextField
          label={t('review.sample')}
          type="number"
          min={0}
          max={100}
          step="any"
          required
          value={review.sample_percent}
          onChange={(event) => set({ sample_percent: Number(event.target.value) })}
        />
        <TextField
          label={t('review.due')}
          hint={t('review.due_hint')}
          type="number"
          min={1}
          value={review.due_hours ?? ''}
          onChange={(event) => set({ due_hours: event.target.value === '' ? null : Number(event.target.value) })}
        />
        <SelectField
          label={t('review.publish')}
          choices={publishings.map((value) => ({ value, label: t(`review.publishing.${value}`) }))}
          value={publish}
          onChoose={setPublish}
        />
        <SelectField
          label={t('review.auto')}
          choices={(['never', 'adoptable'] as const).map((value) => ({
            value,
            label: t(`review.autos.${value}`),
            disabled: value === 'adoptable' && review.two_persons,
          }))}
          value={review.auto_approve}
          onChoose={(auto_approve) => set({ auto_approve })}
        />
      </div>
      <fieldset className={styles['choices']}>
        <legend>{t('review.rules')}</legend>
        <CheckField label={t('review.two_persons')} {...check('two_persons')} />
        <CheckField label={t('review.may_waive')} {...check('may_waive')} />
        <CheckField
          label={t('review.own')}
          hint={t('review.own_hint')}
          checked={review.own_approval !== null}
          disabled={review.two_persons}
          onCheck={(on) => set({ own_approval: on ? { allowed_by: '' } : null })}
        />
      </fieldset>
      {review.own_approval !== null && (
        <TextField
          label={t('review.own_name')}
          hint={t('review.own_name_hint')}
          required
          maxLength={100}
          autoComplete="name"
          value={review.own_approval.allowed_by}
          onChange={(event) => set({ own_approval: { allowed_by: event.target.value } })}
        />
      )}
      <fieldset className={styles['choices']}>
        <legend>{t('review.checklist')}</legend>
        {questions.map((question) => (
          <CheckField
            key={question}
            label={t(`review.questions.${question}`)}
            checked={review.checklist.includes(question)}
            onCheck={(on) => set({ checklist: questions.filter((one) => (one === question ? on : review.checklist.includes(one))) })}
          />
        ))}
      </fieldset>
      {ofProject.length > 0 && (
        <fieldset className={styles['choices']}>
          <legend>{t('review.reviewers')}</legend>
          {ofProject.map(({ id, name, last4 }) => (
            <CheckField
              key={id}
              label={`${name} (…${last4})`}
              checked={review.reviewers?.includes(id) ?? false}
              onCheck={(on) => set({ reviewers: chosen(review.reviewers, id, on) })}
            />
          ))}
        </fieldset>
      )}
      <p className={styles['quiet']}>{t('review.reviewers_hint')}</p>
    </FormDialog>
  )
}

/** Nobody named is everybody. */
function chosen(before: readonly string[] | null, id: string, on: boolean): string[] | null {
  const others = (before ?? []).filter((one) => one !== id)
  const next = on ? [...others, id] : others
  return next.length === 0 ? null : next
}
