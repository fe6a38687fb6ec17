import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { darkroom } from '../../api/darkroom.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { TextField } from '../../ui/field.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Money } from '../../ui/money.tsx'
import { Picture } from '../../ui/picture.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { Table } from '../../ui/table.tsx'
import { GateReport } from './gate-report.tsx'
import styles from './routes.module.css'

/** As the gateway has it where nothing is said. */
const CEILING_USD = '0.25'
const LOOK_EVERY_MS = 1500

/** First what would be asked and what it would cost; then, when somebody says so, the run itself: its pictures as they come, its report at the end. */
export function GateRun({ route, onClose }: { route: api.RouteCard; onClose: () => void }) {
  const { t } = useTranslation('routes')
  const client = useQueryClient()
  const [ceiling, setCeiling] = useState(CEILING_USD)
  const [startedAt, setStartedAt] = useState<string | null>(null)
  const plan = useQuery({
    queryKey: ['gate-plan', route.id],
    queryFn: ({ signal }) => darkroom.routes.runGate(route.id, { dry_run: true }, { signal }),
    staleTime: 0,
  })
  const run = useMutation({
    mutationFn: (max_cost_usd: string) => darkroom.routes.runGate(route.id, { max_cost_usd }),
    onMutate: () => setStartedAt(new Date().toISOString()),
    onSettled: () => Promise.all([['gate'], ['routes'], ['ledger']].map((queryKey) => client.invalidateQueries({ queryKey }))),
  })
  const isReal = route.kind !== 'sandbox'
  return (
    <Dialog
      title={t('gate.run_named', { route: route.id })}
      wide
      onClose={onClose}
      actions={
        run.isSuccess ? (
          <Button tone="primary" onClick={onClose}>
            {t('gate.done')}
          </Button>
        ) : (
          <Button tone="primary" busy={run.isPending} onClick={() => run.mutate(ceiling)}>
            {t('gate.start', { usd: ceiling })}
          </Button>
        )
      }
    >
      {run.isIdle && (
        <>
          <p>{t(isReal ? 'gate.costs' : 'gate.costs_play')}</p>
          <TextField
            label={t('gate.ceiling')}
            hint={t('gate.ceiling_hint')}
            inputMode="decimal"
            value={ceiling}
            onChange={(event) => setCeiling(event.target.value)}
          />
          <Loaded query={plan}>{(planned) => <Plan planned={planned} isPlay={!isReal} />}</Loaded>
        </>
      )}
      {run.isPending && startedAt !== null && <Live routeId={route.id} from={startedAt} />}
      {run.isError && <ErrorPanel error={run.error} />}
      {run.data && <GateReport report={run.data} configNow={route.config_sha256} />}
    </Dialog>
  )
}

function Plan({ planned, isPlay }: { planned: api.GateReport; isPlay: boolean }) {
  const { t } = useTranslation('routes')
  const probes = [...new Map(planned.probes.map((probe) => [probe.name, probe])).values()]
  return (
    <>
      <p>
        {t('gate.planned')} <Money amount={planned.planned_cost} play={isPlay} />
      </p>
      <Table
        caption={t('gate.plan')}
        rows={probes}
        keyOf={({ name }) => name}
        columns={[
          { key: 'name', head: t('gate.probe'), cell: ({ name }) => <code>{name}</code> },
          { key: 'asked', head: t('gate.asks'), cell: ({ asked }) => <span lang="en">{asked}</span> },
        ]}
      />
    </>
  )
}

/** What has come of a run under way: refusals leave no picture, so that the first may take a moment. */
function Live({ routeId, from }: { routeId: string; from: string }) {
  const { t } = useTranslation('routes')
  const pictures = useQuery({
    queryKey: ['gate-pictures', routeId, from],
    queryFn: ({ signal }) => darkroom.images.search({ tag: 'gate', route: routeId, from }, { signal }),
    refetchInterval: LOOK_EVERY_MS,
  })
  const found = pictures.data?.images.toReversed() ?? []
  return (
    <div role="status">
      <Spinner label={t('gate.running', { count: found.length })} />
      <ul className={styles['pictures']}>
        {found.map(({ id, url, width, height, format }) => (
          <li key={id}>
            <Picture src={new URL(url).pathname} alt={t('gate.picture')} width={96} height={96} />
            <Badge>
              {width}×{height} {format}
            </Badge>
          </li>
        ))}
      </ul>
    </div>
  )
}
