import type { Prompt, PromptDiff, PromptDocument, PromptLint, PromptVersion } from '../contract/record.ts'
import { plainText, table } from './layout.ts'

/** A document for people: member by member, in the order in which it is read. */
function documentSheet(document: PromptDocument): string {
  const { kind, purpose, change, keep, requirements, constraints, fixed, avoid, texts, references, variables } = document
  return [
    `${kind === 'edit' ? 'An edit' : 'A picture'}: ${plainText(purpose)}`,
    ...(change === undefined ? [] : [`Changes: ${plainText(change)}`]),
    ...section('Keeps', keep),
    ...section('Must show', requirements),
    ...section('How it is made', constraints),
    ...section('Fixed', fixed),
    ...section('Texts', texts.map(textLine)),
    ...section(
      'Pictures',
      references.map(({ image, use }) => `${image}: ${use}`),
    ),
    ...section('Avoids', avoid),
    ...section('Variables', variables.map(variableLine)),
  ].join('\n')
}

function section(title: string, items: readonly string[]): string[] {
  return items.length === 0 ? [] : [`${title}:`, ...items.map((item) => `  ${plainText(item)}`)]
}

function textLine({ text, lang, box }: PromptDocument['texts'][number]): string {
  return `"${text}" (${lang}${box === undefined ? '' : `, ${box.width}x${box.height} at ${box.x},${box.y}`})`
}

function variableLine({ name, description, default: otherwise }: PromptDocument['variables'][number]): string {
  const value = otherwise === undefined ? 'must be given' : `else "${otherwise}"`
  return `${name}: ${value}${description === undefined ? '' : `. ${description}`}`
}

/** One version, and what it says. */
export function versionSheet({ prompt_version, sha256, created_at, created_by, document }: PromptVersion): string {
  return `${prompt_version}\n${sha256}, ${created_at} by ${created_by}\n\n${documentSheet(document)}`
}

/** What became of one version in another: what went behind `-`, what came behind `+`. */
export function diffSheet({ from, to, changes }: PromptDiff): string {
  const head = `${from.prompt_version} to @${to.version}`
  if (changes.length === 0) return `${head}: both say the same.`
  const lines = changes.flatMap(({ member, op, value }, place) => [
    ...(changes[place - 1]?.member === member ? [] : [member]),
    `  ${op === 'added' ? '+' : '-'} ${plainText(itemText(member, value))}`,
  ])
  return [head, ...lines].join('\n')
}

function itemText(member: string, value: unknown): string {
  if (typeof value === 'string') return value
  if (member === 'texts') return textLine(value as PromptDocument['texts'][number])
  if (member === 'variables') return variableLine(value as PromptDocument['variables'][number])
  const { image, use } = value as PromptDocument['references'][number]
  return `${image}: ${use}`
}

/** Remarks, one on a line; empty where there are none. */
export function remarksSheet(warnings: PromptLint['warnings']): string {
  return warnings.map(({ code, param, message }) => `${param ?? '-'}: ${message} [${code}]`).join('\n')
}

/** Prompts in a list. */
export function promptsTable(prompts: readonly Pick<Prompt, 'id' | 'version' | 'updated_at' | 'name'>[]): string {
  return table([['id', 'version', 'changed', 'name'], ...prompts.map((row) => [row.id, `${row.version}`, row.updated_at, row.name])])
}
