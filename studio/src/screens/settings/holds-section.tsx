import { useQuery } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { darkroom } from '../../api/darkroom.ts'
import { useChange } from '../../api/use-change.ts'
import { useFormat } from '../../i18n/use-format.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { TextArea, TextField } from '../../ui/field.tsx'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Table } from '../../ui/table.tsx'
import { holdsQuery } from './queries.ts'
import styles from './settings.module.css'

type Asked = { what: 'place' } | { what: 'release'; hold: api.LegalHold }

/** Legal holds: what must not be deleted, by whose order, and when that ended. */
export function HoldsSection({ projects }: { projects: readonly api.Project[] }) {
  const { t } = useTranslation('settings')
  const format = useFormat()
  const holds = useQuery(holdsQuery)
  const [asked, setAsked] = useState<Asked | null>(null)
  const nameOf = (id: string) => projects.find((project) => project.id === id)?.name ?? id
  return (
    <div className={styles['panel']}>
      <div className={styles['head']}>
        <div>
          <h2>{t('holds.title')}</h2>
          <p className={styles['lead']}>{t('holds.lead')}</p>
        </div>
        <Button onClick={() => setAsked({ what: 'place' })}>{t('holds.place')}</Button>
      </div>
      <Loaded query={holds}>
        {(found) =>
          found.holds.length === 0 ? (
            <EmptyState title={t('holds.none')} />
          ) : (
            <Table
              caption={t('holds.title')}
              rows={found.holds.toReversed()}
              keyOf={({ id }) => id}
              columns={[
                {
                  key: 'subject',
                  head: t('holds.subject'),
                  cell: ({ subject_kind, subject_id }) => (
                    <>
                      {t(`holds.kinds.${subject_kind}`)} {subject_kind === 'project' ? nameOf(subject_id) : <code>{subject_id}</code>}
                    </>
                  ),
                },
                { key: 'reason', head: t('holds.reason'), cell: ({ reason }) => reason },
                { key: 'placed', head: t('holds.placed'), cell: ({ placed_at, placed_by }) => `${format.day(placed_at)} · ${placed_by}` },
                {
                  key: 'state',
                  head: t('state'),
                  cell: ({ released_at, release_reason }) =>
                    released_at === null ? (
                      <Badge tone="warn">{t('holds.in_force')}</Badge>
                    ) : (
                      <>
                        <Badge>{t('holds.released', { time: format.day(released_at) })}</Badge> {release_reason}
                      </>
                    ),
                },
                {
                  key: 'do',
                  head: t('actions'),
                  cell: (hold) =>
                    hold.released_at === null && (
                      <Button
                        size="small"
                        aria-label={t('holds.release_named', { subject: hold.subject_id })}
                        onClick={() => setAsked({ what: 'release', hold })}
                      >
                        {t('holds.release')}
                      </Button>
                    ),
                },
              ]}
            />
          )
        }
      </Loaded>
      {asked?.what === 'place' && <PlaceHold projects={projects} onClose={() => setAsked(null)} />}
      {asked?.what === 'release' && <ReleaseHold hold={asked.hold} onClose={() => setAsked(null)} />}
    </div>
  )
}

function PlaceHold({ projects, onClose }: { projects: readonly api.Project[]; onClose: () => void }) {
  const { t } = useTranslation('settings')
  const list = useId()
  const [subject, setSubject] = useState('')
  const [reason, setReason] = useState('')
  const place = useChange(holdsQuery.queryKey, () => darkroom.legalHolds.place({ subject_id: subject.trim(), reason }), onClose)
  return (
    <FormDialog
      title={t('holds.place')}
      submit={t('holds.place')}
      onSubmit={() => place.mutate(undefined)}
      onClose={onClose}
      busy={place.isPending}
      error={place.error}
    >
      <p>{t('holds.place_text')}</p>
      <TextField
        label={t('holds.subject')}
        hint={t('holds.subject_hint')}
        required
        list={list}
        maxLength={100}
        value={subject}
        onChange={(event) => setSubject(event.target.value)}
      />
      <datalist id={list}>
        {projects.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </datalist>
      <TextArea
        label={t('holds.reason')}
        hint={t('holds.reason_hint')}
        required
        maxLength={500}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
    </FormDialog>
  )
}

function ReleaseHold({ hold, onClose }: { hold: api.LegalHold; onClose: () => void }) {
  const { t } = useTranslation('settings')
  const [reason, setReason] = useState('')
  const release = useChange(holdsQuery.queryKey, () => darkroom.legalHolds.release(hold.id, { reason }), onClose)
  return (
    <FormDialog
      title={t('holds.release_named', { subject: hold.subject_id })}
      submit={t('holds.release')}
      danger
      onSubmit={() => release.mutate(undefined)}
      onClose={onClose}
      busy={release.isPending}
      error={release.error}
    >
      <p>{t('holds.release_text')}</p>
      <TextArea label={t('holds.why')} required maxLength={500} value={reason} onChange={(event) => setReason(event.target.value)} />
    </FormDialog>
  )
}
