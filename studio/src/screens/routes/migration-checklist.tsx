import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { useFormat } from '../../i18n/use-format.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Table } from '../../ui/table.tsx'
import styles from './routes.module.css'
import { saveText } from './save-text.ts'

type Site = api.MigrationChecklist['checklist']['sites'][number]
const verdictTones = { move: 'accent', fallback: 'warn', drop: 'bad', moved: 'good' } as const
const verdicts = ['move', 'fallback', 'drop', 'moved'] as const

/** What a scan found, place by place; each opens to its request as it is and as it would be. */
export function MigrationChecklist({
  answer: { checklist, markdown },
  passedOver,
}: {
  answer: api.MigrationChecklist
  passedOver: number
}) {
  const { t } = useTranslation('routes')
  const format = useFormat()
  const [opened, setOpened] = useState<Site | null>(null)
  return (
    <div className={styles['panel']} data-testid="migration-checklist">
      <p role="status">{t('migration.read', { files: format.number(checklist.files_read), passed: format.number(passedOver) })}</p>
      <p className={styles['chips']}>
        {verdicts.map((verdict) => (
          <Badge key={verdict} tone={verdictTones[verdict]}>
            {t(`migration.verdicts.${verdict}`)}: {format.number(checklist.totals[verdict])}
          </Badge>
        ))}
        <Button size="small" onClick={() => saveText('migration-checklist.md', markdown, 'text/markdown')}>
          {t('migration.save')}
        </Button>
      </p>
      {checklist.sites.length === 0 ? (
        <EmptyState title={t('migration.none')}>{t('migration.none_text')}</EmptyState>
      ) : (
        <Table
          caption={t('migration.found')}
          rows={checklist.sites}
          keyOf={placeOf}
          columns={[
            { key: 'place', head: t('migration.place'), cell: (site) => <code>{placeOf(site)}</code> },
            {
              key: 'verdict',
              head: t('migration.verdict'),
              cell: ({ verdict }) => <Badge tone={verdictTones[verdict]}>{t(`migration.verdicts.${verdict}`)}</Badge>,
            },
            { key: 'operation', head: t('migration.operation'), cell: ({ operation }) => operation },
            { key: 'route', head: t('migration.goes_to'), cell: ({ route }) => route.host ?? route.name ?? route.class },
            { key: 'why', head: t('migration.why'), cell: ({ reason }) => <span lang="en">{reason}</span> },
            {
              key: 'open',
              head: t('migration.rewritten'),
              cell: (site) => (
                <Button
                  size="small"
                  aria-expanded={opened === site}
                  aria-label={t('migration.show_named', { place: placeOf(site) })}
                  onClick={() => setOpened(opened === site ? null : site)}
                >
                  {t('migration.show')}
                </Button>
              ),
            },
          ]}
        />
      )}
      {opened && <Rewrite site={opened} />}
    </div>
  )
}

const placeOf = ({ file, line, cell }: Site) => `${file}:${cell === null ? '' : `${cell}:`}${line}`

function Rewrite({ site: { rewrite, tasks, secrets, ...site } }: { site: Site }) {
  const { t } = useTranslation('routes')
  return (
    <section className={styles['panel']} aria-label={placeOf({ ...site, rewrite, tasks, secrets } as Site)}>
      <ol className={styles['list']} lang="en">
        {tasks.map(({ step, says }) => (
          <li key={`${step} ${says}`}>{says}</li>
        ))}
      </ol>
      {secrets.length > 0 && <p className={styles['missing']}>{t('migration.secrets', { count: secrets.length })}</p>}
      {rewrite && (
        <div className={styles['beside']}>
          <Code title={t('migration.before')} text={rewrite.before} />
          <Code title={t('migration.after')} text={rewrite.after} />
        </div>
      )}
    </section>
  )
}

function Code({ title, text }: { title: string; text: string }) {
  return (
    <div className={styles['section']}>
      <h2>{title}</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre className={styles['text']} tabIndex={0}>
        {text}
      </pre>
    </div>
  )
}
