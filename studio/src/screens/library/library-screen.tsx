import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { darkroom } from '../../api/darkroom.ts'
import { Page } from '../../shell/page.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Picture } from '../../ui/picture.tsx'
import styles from './library.module.css'

/** Pictures of the jobs, the newest first. */
export function LibraryScreen() {
  const { t } = useTranslation('library')
  const jobs = useQuery({
    queryKey: ['jobs', 'completed'],
    queryFn: ({ signal }) => darkroom.call('GET /v2/jobs', { query: { state: 'completed' } }, { signal }),
  })
  return (
    <Page title={t('title')} lead={t('lead')}>
      <Loaded query={jobs}>
        {(found) => {
          const pictures = found.jobs.flatMap(({ results }) => results)
          if (pictures.length === 0) return <EmptyState title={t('none')} />
          return (
            <ul className={styles['grid']}>
              {pictures.map(({ image_id, width, height }) => (
                <li key={image_id}>
                  <Picture src={`/v2/images/${image_id}`} alt={t('picture', { width, height })} />
                </li>
              ))}
            </ul>
          )
        }}
      </Loaded>
    </Page>
  )
}
