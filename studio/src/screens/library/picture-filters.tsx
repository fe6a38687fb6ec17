import { useQuery } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { projectsQuery } from '../../api/projects-query.ts'
import { useSession } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { SelectField, TextField } from '../../ui/field.tsx'
import styles from './library.module.css'
import { type FilterName, filterNames, type LibrarySearch, libraryRouteApi } from './library-search.ts'

type Fields = Partial<Record<FilterName, string>>

/** Words, and everything else that pictures are found by. The address says what is looked for, so that it can be sent to somebody. */
export function PictureFilters() {
  const search = libraryRouteApi.useSearch()
  const asked = Object.fromEntries(filterNames.flatMap((name) => (search[name] === undefined ? [] : [[name, search[name]]]))) as Fields
  // Written anew where the address was changed from elsewhere (back, a link).
  return <FilterForm key={JSON.stringify(asked)} asked={asked} />
}

function FilterForm({ asked }: { asked: Fields }) {
  const { t } = useTranslation('library')
  const navigate = libraryRouteApi.useNavigate()
  const [fields, setFields] = useState<Fields>(asked)
  const others = filterNames.filter((name) => name !== 'q' && asked[name] !== undefined)
  const find = (event: FormEvent) => {
    event.preventDefault()
    const given = Object.entries(fields).filter(([, value]) => value !== undefined && value !== '')
    void navigate({ search: Object.fromEntries(given) as LibrarySearch })
  }
  const change = (name: FilterName) => (value: string) => setFields((before) => ({ ...before, [name]: value }))
  return (
    <search>
      <form className={styles['filters']} onSubmit={find}>
        <div className={styles['searchLine']}>
          <TextField
            type="search"
            label={t('filters.words')}
            placeholder={t('filters.words_example')}
            value={fields.q ?? ''}
            onChange={(event) => change('q')(event.target.value)}
          />
          <Button type="submit" tone="primary">
            {t('filters.find')}
          </Button>
        </div>
        <details className={styles['more']} open={others.length > 0}>
          <summary>{others.length > 0 ? t('filters.more_count', { number: others.length }) : t('filters.more')}</summary>
          <div className={styles['fields']}>
            <Choices fields={fields} change={change} />
            <Texts fields={fields} change={change} />
          </div>
          <div className={styles['row']}>
            <Button type="submit">{t('filters.find')}</Button>
            {Object.keys(asked).length > 0 && (
              <Button tone="quiet" onClick={() => void navigate({ search: {} })}>
                {t('filters.clear')}
              </Button>
            )}
          </div>
        </details>
      </form>
    </search>
  )
}

interface FieldsProps {
  fields: Fields
  change: (name: FilterName) => (value: string) => void
}

function Choices({ fields, change }: FieldsProps): ReactNode {
  const { t } = useTranslation('library')
  const { role } = useSession()
  const projects = useQuery({ ...projectsQuery, enabled: role === 'admin' })
  const any = { value: '', label: t('filters.any') }
  const choose = (name: Exclude<FilterName, 'q'>, choices: { value: string; label: string }[]) => (
    <SelectField key={name} label={t(`filters.${name}`)} choices={[any, ...choices]} value={fields[name] ?? ''} onChoose={change(name)} />
  )
  const operations = (['generate', 'edit', 'respond'] as const).map((value) => ({ value, label: t(`operations.${value}`) }))
  const formats = ['png', 'jpeg', 'webp'].map((value) => ({ value, label: value.toUpperCase() }))
  const known = projects.data?.projects.map(({ id, name }) => ({ value: id, label: name })) ?? []
  return [choose('operation', operations), choose('format', formats), known.length > 1 && choose('project', known)]
}

const texts = [
  ['from', { type: 'date' }],
  ['to', { type: 'date' }],
  ['size', { placeholder: '1024x1024', pattern: '[1-9][0-9]*x[1-9][0-9]*' }],
  ['model', { placeholder: 'gpt-image-2' }],
  ['owner', { placeholder: 'openai' }],
  ['tag', {}],
  ['cost_min', { inputMode: 'decimal', pattern: '[0-9]+([.][0-9]{1,9})?', placeholder: '0.01' }],
  ['cost_max', { inputMode: 'decimal', pattern: '[0-9]+([.][0-9]{1,9})?', placeholder: '0.25' }],
] as const satisfies [FilterName, object][]

function Texts({ fields, change }: FieldsProps): ReactNode {
  const { t } = useTranslation('library')
  return texts.map(([name, attributes]) => (
    <TextField
      key={name}
      label={t(`filters.${name}`)}
      value={fields[name] ?? ''}
      onChange={(event) => change(name)(event.target.value)}
      {...attributes}
    />
  ))
}
