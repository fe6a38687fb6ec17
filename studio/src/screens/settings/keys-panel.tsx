import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { darkroom } from '../../api/darkroom.ts'
import { projectsQuery } from '../../api/projects-query.ts'
import { useChange } from '../../api/use-change.ts'
import { useFormat } from '../../i18n/use-format.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { SelectField, TextField } from '../../ui/field.tsx'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Table } from '../../ui/table.tsx'
import { Panel } from './panel.tsx'
import { keysQuery } from './queries.ts'
import { SecretDialog } from './secret-dialog.tsx'
import styles from './settings.module.css'

type Asked = { what: 'make' } | { what: 'rotate' | 'revoke'; key: api.ApiKey }

/** The keys of all projects: made and shown once, exchanged, revoked. */
export function KeysPanel() {
  const { t } = useTranslation('settings')
  const format = useFormat()
  const keys = useQuery(keysQuery)
  const projects = useQuery(projectsQuery)
  const [asked, setAsked] = useState<Asked | null>(null)
  const [made, setMade] = useState<api.CreatedApiKey | null>(null)
  const nameOf = (id: string) => projects.data?.projects.find((project) => project.id === id)?.name ?? id
  const close = () => setAsked(null)
  const show = (key: api.CreatedApiKey) => {
    setAsked(null)
    setMade(key)
  }
  return (
    <Panel
      lead={t('keys.lead')}
      action={
        <Button tone="primary" onClick={() => setAsked({ what: 'make' })}>
          {t('keys.make')}
        </Button>
      }
    >
      <Loaded query={keys}>
        {(found) => (
          <Table
            caption={t('tabs.keys')}
            rows={found.keys}
            keyOf={({ id }) => id}
            columns={[
              { key: 'name', head: t('keys.name'), cell: ({ name }) => name },
              { key: 'last4', head: t('keys.ends_with'), cell: ({ last4 }) => <code>…{last4}</code> },
              { key: 'project', head: t('project'), cell: ({ project_id }) => nameOf(project_id) },
              { key: 'state', head: t('state'), cell: (key) => <KeyState of={key} /> },
              {
                key: 'used',
                head: t('keys.last_used'),
                cell: ({ last_used_at }) => (last_used_at === null ? t('never') : format.time(last_used_at)),
              },
              { key: 'created', head: t('created'), cell: ({ created_at }) => format.day(created_at) },
              {
                key: 'do',
                head: t('actions'),
                cell: (key) =>
                  isWorking(key) && (
                    <div className={styles['actions']}>
                      <Button
                        size="small"
                        aria-label={t('keys.rotate_named', { name: key.name, last4: key.last4 })}
                        onClick={() => setAsked({ what: 'rotate', key })}
                      >
                        {t('keys.rotate')}
                      </Button>
                      <Button
                        size="small"
                        tone="danger"
                        aria-label={t('keys.revoke_named', { name: key.name, last4: key.last4 })}
                        onClick={() => setAsked({ what: 'revoke', key })}
                      >
                        {t('keys.revoke')}
                      </Button>
                    </div>
                  ),
              },
            ]}
          />
        )}
      </Loaded>
      {asked?.what === 'make' && <MakeKey projects={projects.data?.projects ?? []} onMade={show} onClose={close} />}
      {asked?.what === 'rotate' && <RotateKey of={asked.key} onMade={show} onClose={close} />}
      {asked?.what === 'revoke' && <RevokeKey of={asked.key} onClose={close} />}
      {made && (
        <SecretDialog title={t('keys.shown_once', { name: made.name })} secret={made.key} onClose={() => setMade(null)}>
          {t('keys.shown_once_text')}
        </SecretDialog>
      )}
    </Panel>
  )
}

const isWorking = ({ revoked_at, expires_at }: api.ApiKey) =>
  revoked_at === null && (expires_at === null || Date.parse(expires_at) > Date.now())

function KeyState({ of }: { of: api.ApiKey }) {
  const { t } = useTranslation('settings')
  const format = useFormat()
  if (of.revoked_at !== null) return <Badge tone="bad">{t('keys.revoked')}</Badge>
  if (!isWorking(of)) return <Badge>{t('keys.replaced')}</Badge>
  if (of.expires_at !== null) return <Badge tone="warn">{t('keys.works_until', { time: format.time(of.expires_at) })}</Badge>
  return <Badge tone="good">{t('keys.works')}</Badge>
}

interface MakingProps {
  onMade: (key: api.CreatedApiKey) => void
  onClose: () => void
}

function MakeKey({ projects, onMade, onClose }: MakingProps & { projects: readonly api.Project[] }) {
  const { t } = useTranslation('settings')
  const open = projects.filter(({ archived_at }) => archived_at === null)
  const [name, setName] = useState('')
  const [project, setProject] = useState(open[0]?.id ?? '')
  const make = useChange(keysQuery.queryKey, (body: api.NewApiKey) => darkroom.keys.create(body), onMade)
  return (
    <FormDialog
      title={t('keys.make')}
      submit={t('keys.make')}
      onSubmit={() => make.mutate({ name, ...(project === '' ? {} : { project_id: project }) })}
      onClose={onClose}
      busy={make.isPending}
      error={make.error}
    >
      <TextField
        label={t('keys.name')}
        hint={t('keys.name_hint')}
        required
        maxLength={100}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <SelectField
        label={t('project')}
        choices={open.map(({ id, name: label }) => ({ value: id, label }))}
        value={project}
        onChoose={setProject}
      />
    </FormDialog>
  )
}

const HOUR_S = 3600
const overlaps = [0, 1, 24, 168] as const

function RotateKey({ of, onMade, onClose }: MakingProps & { of: api.ApiKey }) {
  const { t } = useTranslation('settings')
  const [hours, setHours] = useState('24')
  const rotate = useChange(
    keysQuery.queryKey,
    (overlapHours: number) => darkroom.keys.rotate(of.id, { overlap_seconds: overlapHours * HOUR_S }),
    onMade,
  )
  return (
    <FormDialog
      title={t('keys.rotate_named', { name: of.name, last4: of.last4 })}
      submit={t('keys.rotate')}
      onSubmit={() => rotate.mutate(Number(hours))}
      onClose={onClose}
      busy={rotate.isPending}
      error={rotate.error}
    >
      <p>{t('keys.rotate_text')}</p>
      <SelectField
        label={t('keys.overlap')}
        choices={overlaps.map((count) => ({ value: String(count), label: t(count === 0 ? 'keys.at_once' : 'hours', { count }) }))}
        value={hours}
        onChoose={setHours}
      />
    </FormDialog>
  )
}

function RevokeKey({ of, onClose }: { of: api.ApiKey; onClose: () => void }) {
  const { t } = useTranslation('settings')
  const revoke = useChange(keysQuery.queryKey, () => darkroom.keys.revoke(of.id), onClose)
  return (
    <FormDialog
      title={t('keys.revoke_named', { name: of.name, last4: of.last4 })}
      submit={t('keys.revoke')}
      danger
      onSubmit={() => revoke.mutate(undefined)}
      onClose={onClose}
      busy={revoke.isPending}
      error={revoke.error}
    >
      <p>{t('keys.revoke_text')}</p>
    </FormDialog>
  )
}
