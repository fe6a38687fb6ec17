import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { api } from '#sdk'
import { darkroom } from '../../api/darkroom.ts'
import { projectsQuery } from '../../api/projects-query.ts'
import { useChange } from '../../api/use-change.ts'
import { CheckField, SelectField, TextField } from '../../ui/field.tsx'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { readDollars } from './read-dollars.ts'
import styles from './settings.module.css'

type Settings = api.ProjectSettings
const qualities = ['auto', 'low', 'medium', 'high', 'xhigh', 'max'] as const
const surfaces = ['images', 'responses'] as const

/** What stands in the fields: texts, as they are typed. */
interface Typed {
  name: string
  models: string
  sizes: string
  qualities: Settings['qualities']
  surfaces: Settings['surfaces']
  price_ceiling_usd: string
  responses_ceiling_usd: string
  images_per_minute: string
  concurrent_calls: string
  auto_quality: string
}

const textOf = (value: string | number | null | undefined) => (value == null ? '' : String(value))

function typedOf(project: api.Project | null): Typed {
  const settings = project?.settings
  return {
    name: project?.name ?? '',
    models: settings?.models?.join(', ') ?? '',
    sizes: settings?.sizes?.join(', ') ?? '',
    qualities: settings?.qualities ?? null,
    surfaces: settings?.surfaces ?? null,
    price_ceiling_usd: textOf(settings?.price_ceiling_usd),
    responses_ceiling_usd: textOf(settings?.responses_ceiling_usd),
    images_per_minute: textOf(settings?.images_per_minute),
    concurrent_calls: textOf(settings?.concurrent_calls),
    auto_quality: textOf(settings?.auto_quality),
  }
}

/** Empty fields are no limit. */
function settingsOf(typed: Typed): Partial<Settings> {
  const list = (text: string) => {
    const words = text.split(/[\s,、，]+/).filter((word) => word !== '')
    return words.length === 0 ? null : words
  }
  const count = (text: string) => (text.trim() === '' ? null : Number(text))
  return {
    models: list(typed.models),
    sizes: list(typed.sizes),
    qualities: typed.qualities,
    surfaces: typed.surfaces,
    price_ceiling_usd: readDollars(typed.price_ceiling_usd),
    responses_ceiling_usd: readDollars(typed.responses_ceiling_usd),
    images_per_minute: count(typed.images_per_minute),
    concurrent_calls: count(typed.concurrent_calls),
    auto_quality: (typed.auto_quality || null) as Settings['auto_quality'],
  }
}

/** Makes a project or changes what it allows. */
export function ProjectDialog({ project, onClose }: { project: api.Project | null; onClose: () => void }) {
  const { t } = useTranslation('settings')
  const [typed, setTyped] = useState(() => typedOf(project))
  const set = (change: Partial<Typed>) => setTyped((before) => ({ ...before, ...change }))
  const save = useChange(
    projectsQuery.queryKey,
    (body: { name: string; settings: Partial<Settings> }) =>
      project === null ? darkroom.projects.create(body) : darkroom.projects.change(project.id, body),
    onClose,
  )
  const wrongDollars = (text: string) => (text.trim() !== '' && readDollars(text) === null ? t('dollars_error') : undefined)
  const [ceiling, responses] = [wrongDollars(typed.price_ceiling_usd), wrongDollars(typed.responses_ceiling_usd)]
  const text = (
    name: 'name' | 'models' | 'sizes' | 'price_ceiling_usd' | 'responses_ceiling_usd' | 'images_per_minute' | 'concurrent_calls',
  ) => ({
    value: typed[name],
    onChange: (event: { target: { value: string } }) => set({ [name]: event.target.value }),
  })
  return (
    <FormDialog
      title={project === null ? t('projects.make') : t('projects.change_named', { name: project.name })}
      submit={project === null ? t('projects.make') : t('save')}
      onSubmit={() => ceiling === undefined && responses === undefined && save.mutate({ name: typed.name, settings: settingsOf(typed) })}
      onClose={onClose}
      busy={save.isPending}
      error={save.error}
      wide
    >
      <p className={styles['quiet']}>{t('projects.empty_is_no_limit')}</p>
      <div className={styles['pair']}>
        <TextField label={t('projects.name')} required maxLength={100} {...text('name')} />
        <TextField label={t('projects.models')} hint={t('projects.models_hint')} {...text('models')} />
        <TextField label={t('projects.sizes')} hint={t('projects.sizes_hint')} {...text('sizes')} />
        <TextField
          label={t('projects.price_ceiling')}
          hint={t('projects.price_ceiling_hint')}
          error={ceiling}
          inputMode="decimal"
          {...text('price_ceiling_usd')}
        />
        <TextField
          label={t('projects.responses_ceiling')}
          error={responses}
          inputMode="decimal"
          hint={t('projects.responses_ceiling_hint')}
          {...text('responses_ceiling_usd')}
        />
        <TextField label={t('projects.images_per_minute')} type="number" min={1} max={1_000_000} {...text('images_per_minute')} />
        <TextField label={t('projects.concurrent_calls')} type="number" min={1} max={1_000_000} {...text('concurrent_calls')} />
        <SelectField
          label={t('projects.auto_quality')}
          hint={t('projects.auto_quality_hint')}
          choices={[{ value: '', label: t('projects.dearest') }, ...qualities.slice(1).map((value) => ({ value, label: value }))]}
          value={typed.auto_quality}
          onChoose={(auto_quality) => set({ auto_quality })}
        />
      </div>
      <Several
        legend={t('projects.qualities')}
        all={qualities}
        chosen={typed.qualities}
        onChoose={(chosen) => set({ qualities: chosen as Settings['qualities'] })}
      />
      <Several
        legend={t('projects.surfaces')}
        all={surfaces}
        chosen={typed.surfaces}
        onChoose={(chosen) => set({ surfaces: chosen as Settings['surfaces'] })}
      />
    </FormDialog>
  )
}

/** Several of a few; all of them, or none, are no limit. */
function Several({
  legend,
  all,
  chosen,
  onChoose,
}: {
  legend: string
  all: readonly string[]
  chosen: readonly string[] | null
  onChoose: (chosen: string[] | null) => void
}) {
  const isOn = (value: string) => chosen === null || chosen.includes(value)
  const change = (value: string, on: boolean) => {
    const next = all.filter((one) => (one === value ? on : isOn(one)))
    onChoose(next.length === all.length || next.length === 0 ? null : next)
  }
  return (
    <fieldset className={styles['choices']}>
      <legend>{legend}</legend>
      {all.map((value) => (
        <CheckField key={value} label={value} checked={isOn(value)} onCheck={(on) => change(value, on)} />
      ))}
    </fieldset>
  )
}
