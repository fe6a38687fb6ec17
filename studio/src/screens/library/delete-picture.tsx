import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { darkroom } from '../../api/darkroom.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { useToast } from '../../ui/toast.tsx'

/** Asks before a picture goes: it does not come back. */
export function DeletePicture({
  id,
  onClose,
  onDeleted,
}: {
  id: string
  onClose: () => void
  /** @param ids everything that went with it */
  onDeleted: (ids: ReadonlySet<string>) => void
}) {
  const { t } = useTranslation('library')
  const say = useToast()
  const remove = useMutation({
    mutationFn: () => darkroom.images.delete(id),
    onSuccess: ({ pictures }) => {
      say(t('delete.done'), 'good')
      onDeleted(new Set(pictures.map((picture) => picture.id)))
    },
  })
  return (
    <Dialog
      title={t('delete.title')}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('delete.keep')}</Button>
          <Button tone="danger" busy={remove.isPending} onClick={() => remove.mutate()}>
            {t('delete.confirm')}
          </Button>
        </>
      }
    >
      <p>{t('delete.text')}</p>
      {remove.isError && <ErrorPanel error={remove.error} />}
    </Dialog>
  )
}
