import { useMutation } from '@tanstack/react-query'
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { darkroom } from '../../api/darkroom.ts'
import { useSession } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { MigrationChecklist } from './migration-checklist.tsx'
import { ProjectTooLarge, readProject } from './read-project.ts'
import styles from './routes.module.css'

/** Takes a project and says where it calls for pictures, and how each call is moved here. */
export function MigrationPanel() {
  const { t } = useTranslation('routes')
  const isAdmin = useSession().role === 'admin'
  const [folder, files] = [useRef<HTMLInputElement>(null), useRef<HTMLInputElement>(null)]
  const scan = useMutation({
    mutationFn: async (chosen: readonly File[]) => {
      const project = await readProject(chosen).catch((error: unknown) => {
        throw error instanceof ProjectTooLarge ? new Error(t('migration.too_large')) : error
      })
      if (project.files.length === 0) throw new Error(t('migration.nothing_to_read'))
      const answer: api.MigrationChecklist = await darkroom.migration.scan({ files: project.files })
      return { ...answer, passedOver: project.passedOver }
    },
  })
  const take = (input: HTMLInputElement) => {
    const chosen = [...(input.files ?? [])]
    // The same folder may be chosen again.
    input.value = ''
    if (chosen.length > 0) scan.mutate(chosen)
  }
  if (!isAdmin) return <EmptyState title={t('migration.admin_only')}>{t('migration.by_command')}</EmptyState>
  return (
    <div className={styles['panel']}>
      <p className={styles['lead']}>{t('migration.lead')}</p>
      <div className={styles['chips']}>
        <Button tone="primary" busy={scan.isPending} onClick={() => folder.current?.click()}>
          {t('migration.choose_folder')}
        </Button>
        <Button busy={scan.isPending} onClick={() => files.current?.click()}>
          {t('migration.choose_files')}
        </Button>
      </div>
      <input
        ref={folder}
        type="file"
        hidden
        data-testid="migration-folder"
        {...{ webkitdirectory: '' }}
        onChange={(event) => take(event.currentTarget)}
      />
      <input ref={files} type="file" hidden multiple data-testid="migration-files" onChange={(event) => take(event.currentTarget)} />
      <p className={styles['quiet']}>{t('migration.limits')}</p>
      {scan.isPending && <Spinner label={t('migration.scanning')} />}
      {scan.isError && <ErrorPanel error={scan.error} />}
      {scan.data && <MigrationChecklist answer={scan.data} passedOver={scan.data.passedOver} />}
    </div>
  )
}
