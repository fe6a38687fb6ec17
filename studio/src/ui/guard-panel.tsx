import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { darkroom } from '../api/darkroom.ts'
import { useFormat } from '../i18n/use-format.ts'
import { Badge } from './badge.tsx'
import { Fact, Facts } from './facts.tsx'
import styles from './guard-panel.module.css'
import { Loaded } from './loaded.tsx'
import { Spinner } from './spinner.tsx'

/** How often judging that is under way is asked for. */
const AGAIN_MS = 2000

const tones = { adoptable: 'good', needs_human: 'warn', reject: 'bad', kept: 'good', unsure: 'warn', changed: 'bad' } as const

/** What the guard found about a picture: each rule with its verdict, and what follows. People decide. */
export function GuardPanel({ imageId }: { imageId: string }) {
  const { t } = useTranslation('ui')
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
  const { t } = useTranslation('ui')
  const figures = useFigures(guard)
  const { overall, drift, subject, camera, text, missing_packages: missing } = guard
  const rules = { drift, subject, camera, text }
  const judged = Object.entries(rules).flatMap(([name, rule]) =>
    rule?.verdict ? [{ name: name as keyof typeof rules, verdict: rule.verdict }] : [],
  )
  return (
    <div className={styles['panel']}>
      {overall !== null && (
        <p>
          <Badge tone={tones[overall]}>{t(`guard.overall.${overall}`)}</Badge> {t(`guard.then.${overall}`)}
        </p>
      )}
      <Facts layout="row">
        {judged.map(({ name, verdict }) => (
          <Fact key={name} name={t(`guard.rule.${name}`)}>
            <Badge tone={tones[verdict]}>{t(`guard.verdict.${verdict}`)}</Badge> <span className={styles['hint']}>{figures[name]}</span>
          </Fact>
        ))}
      </Facts>
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

/** The numbers behind a verdict, of those that have any. */
function useFigures({ drift, subject, camera }: api.Guard): Record<'drift' | 'subject' | 'camera' | 'text', string | null> {
  const { t } = useTranslation('ui')
  const format = useFormat()
  const rounded = (value: number) => format.number(Math.round(value * 1000) / 1000)
  return {
    drift: drift?.outside == null ? null : t('guard.figure.drift', { share: format.percent(drift.outside) }),
    subject:
      subject?.ssim == null
        ? null
        : t('guard.figure.subject', { ssim: rounded(subject.ssim), x: rounded(subject.shift_x ?? 0), y: rounded(subject.shift_y ?? 0) }),
    camera:
      camera?.corner == null
        ? null
        : t('guard.figure.camera', { corner: format.percent(camera.corner), degrees: rounded(camera.rotation ?? 0) }),
    text: null,
  }
}
