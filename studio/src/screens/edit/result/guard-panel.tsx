import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { darkroom } from '../../../api/darkroom.ts'
import { Badge } from '../../../ui/badge.tsx'
import { Loaded } from '../../../ui/loaded.tsx'
import { Spinner } from '../../../ui/spinner.tsx'
import styles from './result.module.css'

/** How often judging that is under way is asked for. */
const AGAIN_MS = 2000

const tones = { adoptable: 'good', needs_human: 'warn', reject: 'bad', kept: 'good', unsure: 'warn', changed: 'bad' } as const

/** What the guard found about a picture: each rule with its verdict, and what follows. People decide. */
export function GuardPanel({ imageId }: { imageId: string }) {
  const { t } = useTranslation('edit')
  const guard = useQuery({
    queryKey: ['guard', imageId],
    queryFn: ({ signal }) => darkroom.images.guard(imageId, { signal }),
    refetchInterval: ({ state }) => (state.data?.status === 'pending' ? AGAIN_MS : false),
  })
  return (
    <Loaded query={guard}>
      {(found) => {
        if (found.status === 'pending') return <Spinner label={t('guard.pending')} />
        if (found.status !== 'judged') return <p>{t(`guard.not.${found.status}`)}</p>
        return <Judged guard={found} />
      }}
    </Loaded>
  )
}

function Judged({ guard }: { guard: api.Guard }) {
  const { t } = useTranslation('edit')
  const { overall, drift, subject, camera, text, missing_packages: missing } = guard
  const rules = { drift, subject, camera, text }
  const judged = Object.entries(rules).flatMap(([name, rule]) =>
    rule?.verdict ? [{ name: name as keyof typeof rules, verdict: rule.verdict }] : [],
  )
  return (
    <div className={styles['drift']}>
      {overall !== null && (
        <p>
          <Badge tone={tones[overall]}>{t(`guard.overall.${overall}`)}</Badge> {t(`guard.then.${overall}`)}
        </p>
      )}
      <dl className={styles['figures']}>
        {judged.map(({ name, verdict }) => (
          <div key={name}>
            <dt>{t(`guard.rule.${name}`)}</dt>
            <dd>
              <Badge tone={tones[verdict]}>{t(`guard.verdict.${verdict}`)}</Badge>
            </dd>
          </div>
        ))}
      </dl>
      {text !== null && text.texts.length > 0 && (
        <ul className={styles['texts']}>
          {text.texts.map(({ kind, index, lang, verdict, text: asked, read_before: before, read_after: after }) => (
            <li key={`${kind}-${index}`}>
              <Badge tone={tones[verdict]}>{t(`guard.verdict.${verdict}`)}</Badge>{' '}
              <span lang={lang}>{t('guard.read', { asked: asked ?? before ?? '–', read: after ?? '–' })}</span>
            </li>
          ))}
        </ul>
      )}
      {missing.length > 0 && <p className={styles['hint']}>{t('guard.missing', { packages: missing.join(', ') })}</p>}
    </div>
  )
}
