import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { darkroom } from '../../api/darkroom.ts'
import { projectsQuery } from '../../api/projects-query.ts'
import { useSession } from '../../api/session.ts'
import { useChange } from '../../api/use-change.ts'
import { TextField } from '../../ui/field.tsx'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { HoldsSection } from './holds-section.tsx'
import { Panel } from './panel.tsx'
import { ProjectSettingsTable } from './project-settings-table.tsx'
import styles from './settings.module.css'

const kinds = ['results_days', 'previews_days', 'inputs_days', 'prompts_days'] as const
type Kept = NonNullable<api.ProjectSettings['retention']>[(typeof kinds)[number]]

/** How long each project keeps what it records, and what is held beyond that. */
export function RetentionPanel() {
  const { t } = useTranslation('settings')
  const isAdmin = useSession().role === 'admin'
  const projects = useQuery(projectsQuery)
  const said = (kept: Kept | undefined) =>
    kept == null ? t('retention.as_gateway') : kept === 'keep' ? t('retention.keep') : t('days', { count: kept })
  return (
    <Panel lead={t('retention.lead')}>
      <ProjectSettingsTable
        caption={t('tabs.retention')}
        columns={kinds.map((kind) => ({
          key: kind,
          head: t(`retention.${kind}`),
          cell: ({ settings }) => said(settings.retention?.[kind]),
        }))}
        dialog={(project, onClose) => <RetentionDialog project={project} onClose={onClose} />}
      />
      {isAdmin && <HoldsSection projects={projects.data?.projects ?? []} />}
    </Panel>
  )
}

function RetentionDialog({ project, onClose }: { project: api.Project; onClose: () => void }) {
  const { t } = useTranslation('settings')
  const [typed, setTyped] = useState(() => kinds.map((kind) => String(project.settings.retention?.[kind] ?? '')))
  const read = typed.map(readKept)
  const save = useChange(
    projectsQuery.queryKey,
    (retention: api.ProjectSettings['retention']) => darkroom.projects.change(project.id, { settings: { retention } }),
    onClose,
  )
  const submit = () => {
    if (read.includes(undefined)) return
    const [results_days, previews_days, inputs_days, prompts_days] = read as Kept[]
    const all = { results_days: results_days!, previews_days: previews_days!, inputs_days: inputs_days!, prompts_days: prompts_days! }
    save.mutate(read.every((kept) => kept === null) ? null : all)
  }
  return (
    <FormDialog
      title={t('retention.change_named', { name: project.name })}
      submit={t('save')}
      onSubmit={submit}
      onClose={onClose}
      busy={save.isPending}
      error={save.error}
    >
      <p>{t('retention.change_text')}</p>
      <div className={styles['pair']}>
        {kinds.map((kind, place) => (
          <TextField
            key={kind}
            label={t(`retention.${kind}`)}
            error={read[place] === undefined ? t('retention.error') : undefined}
            value={typed[place]}
            onChange={(event) => setTyped(typed.map((text, at) => (at === place ? event.target.value : text)))}
          />
        ))}
      </div>
    </FormDialog>
  )
}

/** Whole days, `keep`, or nothing; undefined where it is none of them. */
function readKept(text: string): Kept | undefined {
  const plain = text.trim().toLowerCase()
  if (plain === '') return null
  if (plain === 'keep') return 'keep'
  return /^[1-9]\d{0,5}$/.test(plain) ? Number(plain) : undefined
}
