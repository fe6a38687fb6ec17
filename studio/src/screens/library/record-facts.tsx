import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { useFormat } from '../../i18n/use-format.ts'
import { Badge } from '../../ui/badge.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { Money } from '../../ui/money.tsx'
import { Table } from '../../ui/table.tsx'
import styles from './library.module.css'

type NamedValues = [name: string, value: ReactNode][]

interface FactsProps {
  record: api.GenerationRecord
  image: api.RecordedImage | undefined
}

/** What people ask first: what was asked and what came, by whom, at what price. */
export function RecordFacts({ record, image }: FactsProps) {
  const { t } = useTranslation('library')
  return (
    <div className={styles['sections']}>
      <Section title={t('facts.asked')} facts={useAsked(record)} />
      {image && <Came image={image} />}
      <Section title={t('facts.money')} facts={useMoney(record)} />
      <Section title={t('facts.route')} facts={useRoute(record)} />
      <Attempts record={record} />
      <Remarks record={record} />
    </div>
  )
}

function Section({ title, facts }: { title: string; facts: NamedValues }) {
  return (
    <section>
      <h3>{title}</h3>
      <Facts>
        {facts.map(([name, value]) => (
          <Fact key={name} name={name}>
            {value}
          </Fact>
        ))}
      </Facts>
    </section>
  )
}

function useAsked({
  request_shape: shape,
  model_mapping,
  operation,
  surface,
  created_at,
  project_tag,
  metadata,
}: api.GenerationRecord): NamedValues {
  const { t } = useTranslation('library')
  const format = useFormat()
  return [
    [t('facts.when'), format.time(created_at)],
    [t('facts.operation'), `${t(`operations.${operation}`)} · ${surface}`],
    [t('facts.model'), model_mapping.requested],
    [t('facts.size'), shape.size],
    [t('facts.quality'), shape.quality],
    [t('facts.format'), shape.output_format],
    [t('facts.number'), format.number(shape.n)],
    ...(shape.input_image_count > 0 ? [[t('facts.inputs'), format.number(shape.input_image_count)] satisfies NamedValues[number]] : []),
    ...(project_tag === null ? [] : [[t('facts.tag'), project_tag] satisfies NamedValues[number]]),
    ...Object.entries(metadata ?? {}),
  ]
}

function Came({ image }: { image: api.RecordedImage }) {
  const { t } = useTranslation('library')
  const format = useFormat()
  const facts: NamedValues = [
    [t('facts.size'), image.width === null ? '–' : `${image.width}x${image.height}`],
    [t('facts.format'), image.format ?? '–'],
    [t('facts.bytes'), format.bytes(image.bytes)],
    [t('facts.hash'), <code key="hash">{image.sha256}</code>],
    ...(image.drift === null
      ? []
      : [
          [
            t('facts.drift'),
            image.drift.changed_fraction === null ? image.drift.status : format.percent(image.drift.changed_fraction),
          ] satisfies NamedValues[number],
        ]),
  ]
  return <Section title={t('facts.came')} facts={facts} />
}

function useMoney({ cost, outcome }: api.GenerationRecord): NamedValues {
  const { t } = useTranslation('library')
  const play = cost.book === 'sandbox'
  const amount = (usd: string, nanos: string) => <Money amount={{ usd, nanos }} play={play} />
  return [
    [t('facts.estimated'), amount(cost.estimated, cost.estimated_nanos)],
    [t('facts.settled'), amount(cost.settled, cost.settled_nanos)],
    ...(cost.held_unknown_nanos === '0'
      ? []
      : [[t('facts.held'), amount(cost.held_unknown, cost.held_unknown_nanos)] satisfies NamedValues[number]]),
    [t('facts.outcome'), outcome === null ? '–' : t(`facts.outcomes.${outcome}`)],
    [t('facts.card'), <code key="card">{cost.price_card}</code>],
  ]
}

function useRoute(record: api.GenerationRecord): NamedValues {
  const { t } = useTranslation('library')
  const { model_mapping: model } = record
  return [
    [t('facts.owner'), record.route_owner],
    [t('facts.route_id'), record.route_id],
    [t('facts.sent'), model.sent ?? '–'],
    [t('facts.reported'), model.reported ?? '–'],
    [t('facts.request_id'), record.request_id === null ? '–' : <code key="request">{record.request_id}</code>],
  ]
}

function Attempts({ record }: { record: api.GenerationRecord }) {
  const { t } = useTranslation('library')
  const format = useFormat()
  return (
    <section>
      <h3>{t('facts.attempts')}</h3>
      <Table
        caption={t('facts.attempts')}
        rows={record.attempts}
        keyOf={({ id }) => id}
        columns={[
          { key: 'n', head: t('facts.attempt'), cell: ({ n, route_id }) => `${n} · ${route_id}` },
          { key: 'state', head: t('facts.ended'), cell: ({ state }) => <Badge>{state}</Badge> },
          {
            key: 'ms',
            head: t('facts.took'),
            align: 'end',
            cell: ({ total_ms }) => (total_ms === null ? '–' : `${format.number(total_ms)} ms`),
          },
          { key: 'cost', head: t('facts.settled'), align: 'end', cell: ({ cost }) => cost && <Money amount={cost} /> },
        ]}
      />
    </section>
  )
}

/** Warnings, and why it gave nothing, in the words of the gateway. */
function Remarks({ record }: { record: api.GenerationRecord }) {
  const { t } = useTranslation('library')
  const said = [...(record.error ? [record.error.message] : []), ...record.warnings.map(({ message }) => message)]
  if (said.length === 0) return null
  return (
    <section>
      <h3>{t('facts.remarks')}</h3>
      <ul lang="en">
        {said.map((message) => (
          <li key={message}>{message}</li>
        ))}
      </ul>
    </section>
  )
}
