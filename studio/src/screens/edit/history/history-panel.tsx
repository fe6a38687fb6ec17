import { useTranslation } from 'react-i18next'
import { useFormat } from '../../../i18n/use-format.ts'
import { Badge } from '../../../ui/badge.tsx'
import { Button } from '../../../ui/button.tsx'
import { classes } from '../../../ui/classes.ts'
import { Picture } from '../../../ui/picture.tsx'
import { rowsOf, type TreePicture, type TreeRow } from './edit-tree.ts'
import styles from './history-panel.module.css'

/** The history of an edit as a tree: each change under what it was made of. From any picture of it the work can go on. */
export function HistoryPanel({
  pictures,
  current,
  isBusy,
  onGoOn,
}: {
  pictures: readonly TreePicture[]
  /** Id of the picture that is being edited. */
  current: string | null
  isBusy: boolean
  onGoOn: (picture: TreePicture) => void
}) {
  const { t } = useTranslation('edit')
  if (pictures.length === 0) return null
  return (
    <section className={styles['history']} aria-label={t('history.title')}>
      <h2>{t('history.title')}</h2>
      <p className={styles['hint']}>{t('history.hint')}</p>
      <Branch rows={rowsOf(pictures)} current={current} isBusy={isBusy} onGoOn={onGoOn} />
    </section>
  )
}

interface BranchProps {
  rows: readonly TreeRow[]
  current: string | null
  isBusy: boolean
  onGoOn: (picture: TreePicture) => void
}

function Branch({ rows, ...rest }: BranchProps) {
  return (
    <ul className={classes(styles['branch'], rows.length > 1 && styles['fork'])}>
      {rows.map((row) => (
        <li key={row.picture.id}>
          <Node row={row} {...rest} />
          {row.children.length > 0 && <Branch rows={row.children} {...rest} />}
        </li>
      ))}
    </ul>
  )
}

function Node({ row: { picture, number }, current, isBusy, onGoOn }: Omit<BranchProps, 'rows'> & { row: TreeRow }) {
  const { t } = useTranslation('edit')
  const format = useFormat()
  const isCurrent = picture.id === current
  const name = picture.parentId === null ? t('history.root') : t('history.change', { number })
  return (
    <div className={classes(styles['node'], isCurrent && styles['current'])} aria-current={isCurrent ? 'true' : undefined}>
      <Picture src={addressOf(picture.id)} alt="" className={styles['thumb']} />
      <div className={styles['words']}>
        <p className={styles['name']}>
          {name} {picture.isStrict && <Badge tone="good">{t('strict.badge')}</Badge>}
        </p>
        {picture.prompt !== null && <p className={styles['prompt']}>{picture.prompt}</p>}
        {picture.at !== null && <p className={styles['hint']}>{format.time(picture.at)}</p>}
      </div>
      {isCurrent ? (
        <Badge tone="accent">{t('history.on_desk')}</Badge>
      ) : (
        <Button size="small" busy={isBusy} aria-label={t('history.go_on_from', { name })} onClick={() => onGoOn(picture)}>
          {t('history.go_on')}
        </Button>
      )}
    </div>
  )
}

/** Where a small version of a picture is, or a kept file. */
function addressOf(id: string): string {
  return id.startsWith('img_') ? `/v2/images/${id}/thumbnail?width=160` : `/v1/files/${id}/content`
}
