import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { ErrorPanel } from './error-panel.tsx'
import { Spinner } from './spinner.tsx'

/** What a query found; until then that it is under way, and where it failed, why. What was found before stays on the screen. */
export function Loaded<Data>({ query, children }: { query: UseQueryResult<Data>; children: (data: Data) => ReactNode }) {
  const { t } = useTranslation('ui')
  if (query.data !== undefined)
    return (
      <>
        {query.isError && <ErrorPanel error={query.error} onRetry={() => void query.refetch()} />}
        {children(query.data)}
      </>
    )
  if (query.isError) return <ErrorPanel error={query.error} onRetry={() => void query.refetch()} />
  return <Spinner label={t('loading')} />
}
