import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { projectsQuery } from '../../api/projects-query.ts'
import { useSession } from '../../api/session.ts'
import { useFormat } from '../../i18n/use-format.ts'
import { Loaded } from '../../ui/loaded.tsx'
import { Table } from '../../ui/table.tsx'
import { Panel } from './panel.tsx'
import { keysQuery } from './queries.ts'
import styles from './settings.module.css'

/** Who may sign in. There are no accounts of persons, and the screen says so. */
export function MembersPanel() {
  const { t } = useTranslation('settings')
  const format = useFormat()
  const session = useSession()
  return (
    <Panel lead={t('members.lead')}>
      <ul className={styles['list']}>
        <li>{t('members.admin')}</li>
        <li>{t('members.key')}</li>
        <li>{t('members.leaves')}</li>
      </ul>
      <p>
        {t(session.role === 'admin' ? 'members.you_admin' : 'members.you_key', {
          project: session.project.name,
          time: format.time(session.expires_at),
        })}
      </p>
      {session.role === 'admin' && <KeysByProject />}
    </Panel>
  )
}

function KeysByProject() {
  const { t } = useTranslation('settings')
  const keys = useQuery(keysQuery)
  const projects = useQuery(projectsQuery)
  const working = (id: string) =>
    keys.data?.keys.filter(({ project_id, revoked_at, expires_at }) => project_id === id && revoked_at === null && expires_at === null) ??
    []
  return (
    <>
      <Loaded query={projects}>
        {(found) => (
          <Table
            caption={t('members.by_project')}
            captionHidden={false}
            rows={found.projects.filter(({ archived_at }) => archived_at === null)}
            keyOf={({ id }) => id}
            columns={[
              { key: 'project', head: t('project'), cell: ({ name }) => name },
              {
                key: 'keys',
                head: t('members.keys'),
                cell: ({ id }) =>
                  working(id)
                    .map(({ name, last4 }) => `${name} (…${last4})`)
                    .join(', ') || t('none'),
              },
            ]}
          />
        )}
      </Loaded>
      <p>
        <Link to="/settings" search={{ tab: 'keys' }}>
          {t('members.to_keys')}
        </Link>
      </p>
    </>
  )
}
