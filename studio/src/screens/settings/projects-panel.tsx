import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { darkroom } from '../../api/darkroom.ts'
import { projectsQuery } from '../../api/projects-query.ts'
import { useSession } from '../../api/session.ts'
import { useChange } from '../../api/use-change.ts'
import { useFormat } from '../../i18n/use-format.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Table } from '../../ui/table.tsx'
import { Panel } from './panel.tsx'
import { ProjectDialog } from './project-dialog.tsx'
import styles from './settings.module.css'

type Asked = { what: 'make' } | { what: 'change' | 'archive'; project: api.Project }

/** Projects, and what each allows. */
export function ProjectsPanel() {
  const { t } = useTranslation('settings')
  const format = useFormat()
  const isAdmin = useSession().role === 'admin'
  const projects = useQuery(projectsQuery)
  const [asked, setAsked] = useState<Asked | null>(null)
  const close = () => setAsked(null)
  return (
    <Panel
      lead={t('projects.lead')}
      action={
        isAdmin && (
          <Button tone="primary" onClick={() => setAsked({ what: 'make' })}>
            {t('projects.make')}
          </Button>
        )
      }
    >
      <Loaded query={projects}>
        {(found) => (
          <Table
            caption={t('tabs.projects')}
            rows={found.projects}
            keyOf={({ id }) => id}
            columns={[
              { key: 'name', head: t('project'), cell: ({ name }) => name },
              {
                key: 'state',
                head: t('state'),
                cell: ({ archived_at }) =>
                  archived_at === null ? <Badge tone="good">{t('projects.open')}</Badge> : <Badge>{t('projects.archived')}</Badge>,
              },
              { key: 'allows', head: t('projects.allows'), cell: ({ settings }) => <Allowed settings={settings} /> },
              { key: 'created', head: t('created'), cell: ({ created_at }) => format.day(created_at) },
              ...(isAdmin
                ? [{ key: 'do', head: t('actions'), cell: (project: api.Project) => <ProjectActions project={project} onAsk={setAsked} /> }]
                : []),
            ]}
          />
        )}
      </Loaded>
      {asked?.what === 'make' && <ProjectDialog project={null} onClose={close} />}
      {asked?.what === 'change' && <ProjectDialog project={asked.project} onClose={close} />}
      {asked?.what === 'archive' && <ArchiveProject project={asked.project} onClose={close} />}
    </Panel>
  )
}

function ProjectActions({ project, onAsk }: { project: api.Project; onAsk: (asked: Asked) => void }) {
  const { t } = useTranslation('settings')
  const isDefault = project.name === 'default'
  return (
    <div className={styles['actions']}>
      <Button
        size="small"
        aria-label={t('projects.change_named', { name: project.name })}
        onClick={() => onAsk({ what: 'change', project })}
      >
        {t('change')}
      </Button>
      {!isDefault && (
        <Button
          size="small"
          tone={project.archived_at === null ? 'danger' : 'plain'}
          aria-label={t(project.archived_at === null ? 'projects.archive_named' : 'projects.restore_named', { name: project.name })}
          onClick={() => onAsk({ what: 'archive', project })}
        >
          {t(project.archived_at === null ? 'projects.archive' : 'projects.restore')}
        </Button>
      )}
    </div>
  )
}

/** The limits that a project has of its own, as a few words each. */
function Allowed({ settings }: { settings: api.ProjectSettings }) {
  const { t } = useTranslation('settings')
  const lists = (['models', 'sizes', 'qualities', 'surfaces'] as const).flatMap((name) =>
    settings[name] === null ? [] : [`${t(`projects.${name}`)}: ${settings[name].join(', ')}`],
  )
  const limits = [
    settings.price_ceiling_usd !== null && `${t('projects.price_ceiling')}: $${settings.price_ceiling_usd}`,
    settings.responses_ceiling_usd !== null && `${t('projects.responses_ceiling')}: $${settings.responses_ceiling_usd}`,
    settings.images_per_minute !== null && `${t('projects.images_per_minute')}: ${settings.images_per_minute}`,
    settings.concurrent_calls !== null && `${t('projects.concurrent_calls')}: ${settings.concurrent_calls}`,
    settings.auto_quality !== null && `${t('projects.auto_quality')}: ${settings.auto_quality}`,
  ].filter((limit) => limit !== false)
  const all = [...lists, ...limits]
  if (all.length === 0) return <span className={styles['quiet']}>{t('projects.everything')}</span>
  return (
    <span className={styles['chips']}>
      {all.map((limit) => (
        <Badge key={limit}>{limit}</Badge>
      ))}
    </span>
  )
}

function ArchiveProject({ project, onClose }: { project: api.Project; onClose: () => void }) {
  const { t } = useTranslation('settings')
  const isOpen = project.archived_at === null
  const change = useChange(projectsQuery.queryKey, () => darkroom.projects.change(project.id, { archived: isOpen }), onClose)
  return (
    <FormDialog
      title={t(isOpen ? 'projects.archive_named' : 'projects.restore_named', { name: project.name })}
      submit={t(isOpen ? 'projects.archive' : 'projects.restore')}
      danger={isOpen}
      onSubmit={() => change.mutate(undefined)}
      onClose={onClose}
      busy={change.isPending}
      error={change.error}
    >
      <p>{t(isOpen ? 'projects.archive_text' : 'projects.restore_text')}</p>
    </FormDialog>
  )
}
