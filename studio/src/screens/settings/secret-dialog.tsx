import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { useToast } from '../../ui/toast.tsx'
import styles from './settings.module.css'

/** Something that is shown once: a slip of the finger does not take it away. */
export function SecretDialog({
  title,
  secret,
  children,
  onClose,
}: {
  title: string
  secret: string
  children: string
  onClose: () => void
}) {
  const { t } = useTranslation('settings')
  const say = useToast()
  const [wasWarned, setWarned] = useState(false)
  const copy = () =>
    navigator.clipboard.writeText(secret).then(
      () => say(t('secret.copied'), 'good'),
      () => say(t('secret.not_copied'), 'bad'),
    )
  return (
    <Dialog
      title={title}
      onClose={() => (wasWarned ? onClose() : setWarned(true))}
      actions={
        <>
          <Button onClick={() => void copy()}>{t('secret.copy')}</Button>
          <Button tone="primary" onClick={onClose}>
            {t('secret.kept')}
          </Button>
        </>
      }
    >
      <p>{children}</p>
      <code className={styles['secret']} data-testid="secret">
        {secret}
      </code>
      {wasWarned && <p role="alert">{t('secret.last_chance')}</p>}
    </Dialog>
  )
}
