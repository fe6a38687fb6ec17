import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { classes } from '../../ui/classes.ts'
import styles from './next-steps.module.css'

/** What a newcomer does next with a picture: change one thing, see what it cost, have it approved. */
export function NextSteps({ imageId, isReviewed, thenEdit }: { imageId: string; isReviewed: boolean; thenEdit: string | null }) {
  const { t } = useTranslation('make')
  const edit = { image: imageId, ...(thenEdit === null ? {} : { prompt: thenEdit }) }
  const review = { image: imageId }
  return (
    <nav aria-label={t('next.title')} className={styles['next']}>
      <h3>{t('next.title')}</h3>
      <ol className={styles['steps']}>
        <li>
          <Link to="/edit" search={edit} className={classes(styles['step'])}>
            <strong>{t('next.edit')}</strong>
            <span>{thenEdit ?? t('next.edit_text')}</span>
          </Link>
        </li>
        <li>
          <Link to="/money" className={classes(styles['step'])}>
            <strong>{t('next.cost')}</strong>
            <span>{t('next.cost_text')}</span>
          </Link>
        </li>
        <li>
          <Link to="/review" search={review} className={classes(styles['step'])}>
            <strong>{t('next.approve')}</strong>
            <span>{t(isReviewed ? 'next.approve_waits' : 'next.approve_text')}</span>
          </Link>
        </li>
      </ol>
    </nav>
  )
}
