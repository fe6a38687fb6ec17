import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { projectsQuery } from '../../api/projects-query.ts'
import { useSession } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Table } from '../../ui/table.tsx'

/** What is set for each project, and for the administrator a way to change it. */
export function ProjectSettingsTable({
  caption,
  columns,
  dialog,
}: {
  caption: string
  columns: readonly { key: string; head: string; cell: (project: api.Project) => ReactNode }[]
  /** Shown for the project that is to be changed. */
  dialog: (project: api.Project, onClose: () => void) => ReactNode
}) {
  const { t } = useTranslation('settings')
  const isAdmin = useSession().role === 'admin'
  const projects = useQuery(projectsQuery)
  const [changed, setChanged] = useState<api.Project | null>(null)
  const change = (project: api.Project) => (
    <Button size="small" aria-label={`${t('change')}: ${project.name}`} onClick={() => setChanged(project)}>
      {t('change')}
    </Button>
  )
  return (
    <>
      <Loaded query={projects}>
        {(found) => (
          <Table
            caption={caption}
            rows={found.projects.filter(({ archived_at }) => archived_at === null)}
            keyOf={({ id }) => id}
            columns={[
              { key: 'name', head: t('project'), cell: ({ name }) => name },
              ...columns,
              ...(isAdmin ? [{ key: 'do', head: t('actions'), cell: change }] : []),
            ]}
          />
        )}
      </Loaded>
      {changed && dialog(changed, () => setChanged(null))}
    </>
  )
}
