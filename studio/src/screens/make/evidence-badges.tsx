import { useTranslation } from 'react-i18next'
import { Badge } from '../../ui/badge.tsx'
import styles from './evidence-badges.module.css'

const signals = [
  'pixels',
  'format',
  'complete',
  'background',
  'size_echo',
  'format_echo',
  'quality_echo',
  'model_echo',
  'request_id',
  'usage',
  'content_credentials',
] as const
type Signal = (typeof signals)[number]

interface Finding {
  signal: string
  verdict: 'for' | 'against' | 'none'
  detail: string
}

const tones = { for: 'good', against: 'bad', none: 'plain' } as const

/** Signals about who really made the picture: each for, against, or silent on the model that was asked for. */
export function EvidenceBadges({ evidence }: { evidence: Record<string, unknown> }) {
  const { t } = useTranslation('make')
  const findings = findingsOf(evidence)
  if (findings.length === 0) return null
  const named = ({ signal }: Finding) => (isSignal(signal) ? t(`signals.${signal}`) : signal)
  const count = (verdict: Finding['verdict']) => findings.filter((finding) => finding.verdict === verdict).length
  return (
    <section className={styles['evidence']}>
      <h3>{t('evidence.title')}</h3>
      <p className={styles['sum']}>{t('evidence.sum', { speaking: count('for'), against: count('against'), silent: count('none') })}</p>
      <ul className={styles['badges']}>
        {findings
          .filter(({ verdict }) => verdict !== 'none')
          .map((finding) => (
            <li key={finding.signal}>
              <Badge tone={tones[finding.verdict]}>
                {finding.verdict === 'for' ? '✓' : '✗'} {named(finding)}
              </Badge>
            </li>
          ))}
      </ul>
      <details>
        <summary>{t('evidence.details')}</summary>
        <dl className={styles['details']}>
          {findings.map((finding) => (
            <div key={finding.signal}>
              <dt>
                {named(finding)} <Badge tone={tones[finding.verdict]}>{t(`evidence.verdicts.${finding.verdict}`)}</Badge>
              </dt>
              <dd lang="en">{finding.detail}</dd>
            </div>
          ))}
        </dl>
      </details>
    </section>
  )
}

function isSignal(name: string): name is Signal {
  return (signals as readonly string[]).includes(name)
}

/** Records of other releases may have others, or none. */
function findingsOf({ findings }: Record<string, unknown>): Finding[] {
  return Array.isArray(findings) ? (findings as Finding[]).filter(({ verdict }) => verdict in tones) : []
}
