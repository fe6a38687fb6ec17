import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { useFormat } from '../../i18n/use-format.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Table } from '../../ui/table.tsx'
import styles from './routes.module.css'

/** What the owner of a route stated, and what nobody did: a fact that is missing is shown as missing. */
export function ContractFacts({ route }: { route: api.RouteCard }) {
  const { t } = useTranslation('routes')
  const format = useFormat()
  const [isWhole, setWhole] = useState(false)
  const { terms, failed_call_billing: failed, output_rights: rights } = route
  return (
    <div className={styles['section']}>
      <h3>{t('contract')}</h3>
      <dl className={styles['facts']}>
        <Fact name={t('facts.owner')}>{route.owner}</Fact>
        <Fact name={t('facts.account')}>{route.account_owner}</Fact>
        <Fact name={t('facts.support')}>{route.support}</Fact>
        <Fact name={t('facts.abuse')}>{route.abuse}</Fact>
        <Fact name={t('facts.terms')}>
          {terms && (
            <>
              <a href={terms.url} target="_blank" rel="noreferrer">
                {terms.url}
              </a>{' '}
              {t('facts.read_on', { day: format.day(terms.read_on), by: terms.by })}
            </>
          )}
        </Fact>
        <Fact name={t('facts.rights')}>{rights && <Pairs pairs={rights} names="rights" />}</Fact>
        <Fact name={t('facts.failed')}>{failed && <Pairs pairs={failed} names="billing" />}</Fact>
        <Fact name={t('facts.price')}>
          {route.price_cards.length > 0 && (
            <span className={styles['chips']}>
              {route.price_cards.map((card) => (
                <Badge key={`${card.id} ${card.date}`}>
                  {card.id} · {t(`price_kinds.${card.kind}`)} · {t(`confidence.${card.confidence}`)}
                </Badge>
              ))}
            </span>
          )}
        </Fact>
        <Fact name={t('facts.retention')}>{route.retention}</Fact>
        <Fact name={t('facts.usage')}>{route.usage_api && t('yes')}</Fact>
      </dl>
      {route.missing.length > 0 && (
        <p className={styles['missing']}>
          <strong>{t('missing_title')}</strong> {route.missing.map((name) => <code key={name}>{name}</code>).flatMap(separated)}
        </p>
      )}
      <Button size="small" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
        {t(isWhole ? 'less' : 'more')}
      </Button>
      {isWhole && <WholeContract route={route} />}
    </div>
  )
}

const separated = (part: ReactNode, place: number) => (place === 0 ? [part] : [', ', part])

function Fact({ name, children }: { name: string; children: ReactNode }) {
  const { t } = useTranslation('routes')
  const isMissing = children === null || children === undefined || children === false || children === ''
  return (
    <div>
      <dt>{name}</dt>
      <dd>{isMissing ? <Badge tone="warn">{t('not_stated')}</Badge> : children}</dd>
    </div>
  )
}

/** What is allowed, charged and the like, each by its name. */
function Pairs({ pairs, names }: { pairs: Record<string, string | boolean>; names: 'rights' | 'billing' }) {
  const { t } = useTranslation('routes')
  const said = (value: string | boolean) => {
    if (typeof value === 'boolean') return t(value ? 'yes' : 'no')
    return value === 'charged' || value === 'free' || value === 'unknown' ? t(`billing_values.${value}`) : value
  }
  const nameOf = (name: string) => t(`${names}.${name}` as 'rights.store', { defaultValue: name })
  return (
    <span className={styles['chips']}>
      {Object.entries(pairs).map(([name, value]) => (
        <Badge key={name} tone={value === true || value === 'free' ? 'good' : value === false || value === 'unknown' ? 'warn' : 'plain'}>
          {nameOf(name)}: {said(value)}
        </Badge>
      ))}
    </span>
  )
}

const named = ['sizes', 'qualities', 'formats'] as const
const flags = ['transparency', 'streaming', 'edits', 'mask', 'responses'] as const

function WholeContract({ route }: { route: api.RouteCard }) {
  const { t } = useTranslation('routes')
  const list = (value: 'model' | string[] | null) => {
    if (value === null) return t('not_stated')
    if (value === 'model') return t('as_model')
    return value.length === 0 ? t('nothing') : value.join(', ')
  }
  const flag = (value: boolean | null) => (value === null ? t('not_stated') : t(value ? 'yes' : 'no'))
  return (
    <>
      <Table
        caption={t('capabilities')}
        captionHidden={false}
        rows={route.capabilities}
        keyOf={({ from, models }) => `${from} ${models?.join() ?? ''}`}
        columns={[
          { key: 'from', head: t('from_day'), cell: ({ from }) => from },
          { key: 'models', head: t('models'), cell: ({ models }) => models?.join(', ') ?? t('every_model') },
          ...named.map((name) => ({
            key: name,
            head: t(`takes.${name}`),
            cell: (row: api.RouteCard['capabilities'][number]) => list(row[name]),
          })),
          ...flags.map((name) => ({
            key: name,
            head: t(`takes.${name}`),
            cell: (row: api.RouteCard['capabilities'][number]) => flag(row[name]),
          })),
        ]}
      />
      {Object.keys(route.models).length > 0 && (
        <p>
          {t('mapping')}{' '}
          {Object.entries(route.models)
            .map(([asked, sent]) => `${asked} → ${sent}`)
            .join(', ')}
        </p>
      )}
      <p className={styles['quiet']}>
        {t('config')} <code>{route.config_sha256.slice(0, 16)}…</code>
        {route.preset && ` · ${t('preset', { name: route.preset.name, day: route.preset.read_on })}`}
      </p>
    </>
  )
}
