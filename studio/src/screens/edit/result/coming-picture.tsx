import { useTranslation } from 'react-i18next'
import { Spinner } from '../../../ui/spinner.tsx'
import type { DeskPicture } from '../inputs/desk-picture.ts'
import styles from './result.module.css'

/** An edit under way: its newest preview, until there is one what it is made of. */
export function ComingPicture({ preview, beneath }: { preview: string | null; beneath: DeskPicture }) {
  const { t } = useTranslation('edit')
  return (
    <div className={styles['result']}>
      <Spinner label={t('result.working')} />
      <img
        className={preview === null ? styles['beneath'] : styles['preview']}
        src={preview ?? beneath.url}
        alt={t(preview === null ? 'compare.before' : 'result.preview')}
      />
    </div>
  )
}
