import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { Button } from '../../ui/button.tsx'
import { useToast } from '../../ui/toast.tsx'
import styles from './library.module.css'

/** The whole production log record, by the names that the API has for its members, to read and to copy. */
export function RecordWhole({ record }: { record: api.GenerationRecord }) {
  const { t } = useTranslation('library')
  const say = useToast()
  const [isJson, setJson] = useState(false)
  const json = JSON.stringify(record, null, 2)
  const copy = () =>
    navigator.clipboard.writeText(json).then(
      () => say(t('whole.copied'), 'good'),
      () => {
        setJson(true)
        say(t('whole.not_copied'), 'bad')
      },
    )
  return (
    <div className={styles['sections']}>
      <div className={styles['row']}>
        <Button size="small" onClick={() => void copy()}>
          {t('whole.copy')}
        </Button>
        <Button size="small" aria-pressed={isJson} onClick={() => setJson(!isJson)}>
          {t('whole.as_json')}
        </Button>
      </div>
      {isJson ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <pre className={styles['json']} tabIndex={0}>
          {json}
        </pre>
      ) : (
        <Tree value={record} isOpen />
      )}
    </div>
  )
}

/** An object or a list as names and values; what is inside opens on demand. */
function Tree({ value, isOpen = false }: { value: object; isOpen?: boolean }) {
  return (
    <dl className={styles['tree']}>
      {Object.entries(value).map(([name, member]) => (
        <Member key={name} name={Array.isArray(value) ? String(Number(name) + 1) : name} member={member} isOpen={isOpen} />
      ))}
    </dl>
  )
}

function Member({ name, member, isOpen }: { name: string; member: unknown; isOpen: boolean }) {
  const inside = member !== null && typeof member === 'object' && Object.keys(member).length > 0 ? member : null
  if (inside === null)
    return (
      <div className={styles['leaf']}>
        <dt>{name}</dt>
        <dd>{inWords(member)}</dd>
      </div>
    )
  return (
    <div className={styles['branch']}>
      <dt>{name}</dt>
      <dd>
        <details open={isOpen && Object.keys(inside).length <= LONG}>
          <summary>{Array.isArray(inside) ? `[${inside.length}]` : `{${Object.keys(inside).length}}`}</summary>
          <Tree value={inside} />
        </details>
      </dd>
    </div>
  )
}

/** Longer objects are closed at first. */
const LONG = 12

function inWords(value: unknown): string {
  if (value === null || value === '' || (typeof value === 'object' && Object.keys(value).length === 0)) return '–'
  return String(value)
}
