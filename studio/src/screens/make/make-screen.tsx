import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { darkroom } from '../../api/darkroom.ts'
import { Page } from '../../shell/page.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { MakeForm } from './make-form.tsx'
import styles from './make-screen.module.css'
import { ResultPanel } from './result-panel.tsx'
import { useMaking } from './use-making.ts'

/** Pictures from words: what is to be on them, what they will cost, how they come, what they were. */
export function MakeScreen() {
  const { t } = useTranslation('make')
  const models = useQuery({
    queryKey: ['models'],
    queryFn: ({ signal }) => darkroom.call('GET /v2/models', {}, { signal }),
    staleTime: 60_000,
    refetchOnReconnect: true,
  })
  const state = useMaking()
  const place = useRef<HTMLElement>(null)
  const isUnderWay = state.step === 'making'
  useEffect(() => {
    // On a phone the picture comes below the form.
    const top = place.current?.getBoundingClientRect().top ?? 0
    if (isUnderWay && top > innerHeight / 2) place.current?.scrollIntoView({ block: 'start' })
  }, [isUnderWay])
  return (
    <Page title={t('title')} lead={t('lead')}>
      <Loaded query={models}>
        {(found) => (
          <div className={styles['columns']}>
            <MakeForm models={found.models} state={state} />
            <section ref={place} className={styles['result']} aria-labelledby="make-result">
              <h2 id="make-result" className={styles['hidden']}>
                {t('result.title')}
              </h2>
              <ResultPanel state={state} />
            </section>
          </div>
        )}
      </Loaded>
    </Page>
  )
}
