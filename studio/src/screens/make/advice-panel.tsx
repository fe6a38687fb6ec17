import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { darkroom } from '../../api/darkroom.ts'
import type { Language } from '../../i18n/languages.ts'
import { Badge } from '../../ui/badge.tsx'
import { CheckField } from '../../ui/field.tsx'
import styles from './advice-panel.module.css'
import { useSettled } from './use-settled.ts'

const SETTLES_MS = 700
const questions = ['conversation', 'several_steps', 'other_tools', 'edit', 'many', 'fast', 'by_hand', 'planning'] as const
type Question = (typeof questions)[number]
const consequences = ['endpoint', 'cost', 'limits', 'latency', 'storage', 'error_handling', 'support'] as const

/** Which way suits the job: the Image API, an assistant, a provider, or a person at ChatGPT. The answer stands in the line; the questions are behind it. */
export function AdvicePanel({ description }: { description: string }) {
  const { t, i18n } = useTranslation('make')
  const [job, setJob] = useState<Partial<Record<Question, true>>>({})
  // What is made on this screen is a picture as such; the rest is read from the words and the answers.
  const request = useSettled(
    { lang: i18n.language as Language, description: description.slice(0, 4000), direct_artefact: true, ...job },
    SETTLES_MS,
  )
  const { data } = useQuery({
    queryKey: ['advice', request],
    queryFn: ({ signal }) => darkroom.call('POST /v2/advise', { body: request }, { signal }),
    placeholderData: keepPreviousData,
    staleTime: 300_000,
    refetchOnReconnect: true,
  })
  if (data === undefined) return null
  const answer = (question: Question, on: boolean) =>
    setJob(({ [question]: _answered, ...others }) => (on ? { ...others, [question]: true } : others))
  return (
    <details className={styles['advice']}>
      <summary>
        <span className={styles['line']}>
          {t('advice.title')} <Badge tone={data.surface === 'images' ? 'good' : 'warn'}>{t(`advice.surfaces.${data.surface}`)}</Badge>
        </span>
        <span className={styles['why']}>{data.why[0]}</span>
      </summary>
      <div className={styles['body']}>
        <fieldset className={styles['questions']}>
          <legend>{t('advice.questions')}</legend>
          {questions.map((question) => (
            <CheckField
              key={question}
              label={t(`advice.job.${question}`)}
              checked={job[question] === true}
              onCheck={(on) => answer(question, on)}
            />
          ))}
        </fieldset>
        <AdviceText advice={data} />
      </div>
    </details>
  )
}

function AdviceText({ advice: { why, stop_rule, warnings, fixes } }: { advice: api.Advice }) {
  const { t } = useTranslation('make')
  return (
    <>
      <ul className={styles['reasons']}>
        {[...why.slice(1), stop_rule.text, ...warnings.map(({ message }) => message)].map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
      <dl className={styles['fixes']}>
        {consequences.map((name) => (
          <div key={name}>
            <dt>{t(`advice.fixes.${name}`)}</dt>
            <dd>{fixes[name]}</dd>
          </div>
        ))}
      </dl>
    </>
  )
}
