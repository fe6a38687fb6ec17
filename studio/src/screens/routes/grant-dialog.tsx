import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { darkroom } from '../../api/darkroom.ts'
import { useChange } from '../../api/use-change.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { TextArea, TextField } from '../../ui/field.tsx'

/** Leave to test a refused route by hand, under a name, for a time. */
export function GrantDialog({ routeId, onClose }: { routeId: string; onClose: () => void }) {
  const { t } = useTranslation('routes')
  const [reason, setReason] = useState('')
  const [hours, setHours] = useState('24')
  const grant = useChange(['routes'], () => darkroom.routes.grant(routeId, { reason, hours: Number(hours) }), onClose)
  return (
    <Dialog
      title={t('gate.grant')}
      onClose={onClose}
      actions={
        <Button tone="danger" busy={grant.isPending} disabled={reason.trim() === ''} onClick={() => grant.mutate(undefined)}>
          {t('gate.grant')}
        </Button>
      }
    >
      <p>{t('gate.grant_text')}</p>
      <TextArea label={t('gate.reason')} required maxLength={500} value={reason} onChange={(event) => setReason(event.target.value)} />
      <TextField label={t('gate.hours')} type="number" min={1} max={720} value={hours} onChange={(event) => setHours(event.target.value)} />
      {grant.error !== null && <ErrorPanel error={grant.error} />}
    </Dialog>
  )
}
