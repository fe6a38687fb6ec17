import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { darkroom } from '../../api/darkroom.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import styles from './code-panel.module.css'
import { codeSample, type SampleLanguage, sampleLanguages } from './code-samples.ts'
import type { SentCall } from './making.ts'

const names: Readonly<Record<SampleLanguage, string>> = { curl: 'curl', node: 'Node', python: 'Python' }

/** The call as a program that makes such a picture again. */
export function CodePanel({ request }: Pick<SentCall, 'request'>) {
  const { t } = useTranslation('make')
  const [chosen, choose] = useState<SampleLanguage>('curl')
  const code = codeSample(chosen, darkroom.baseUrl, request as unknown as Record<string, unknown>)
  return (
    <details className={styles['code']}>
      <summary>{t('code.title')}</summary>
      <p className={styles['note']}>{t('code.text')}</p>
      <Tabs
        label={t('code.title')}
        chosen={chosen}
        onChoose={choose}
        tabs={sampleLanguages.map((id) => ({
          id,
          label: names[id],
          content: () => (
            <div className={styles['sample']}>
              <CopyButton text={code} className={styles['copy']} />
              {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
              <pre tabIndex={0} lang="en">
                <code>{code}</code>
              </pre>
            </div>
          ),
        }))}
      />
    </details>
  )
}
