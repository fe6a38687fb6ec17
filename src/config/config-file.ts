import { readFileSync } from 'node:fs'
import { ConfigurationError } from '../primitives/settings.ts'
import { type ConfigFileSettings, configFileSchema } from './config-file-schema.ts'
import { type ConfigProblem, describeIssue } from './describe-problem.ts'
import { YamlDocument } from './yaml-document.ts'

/** A file that cannot be used: each line says where, what was expected and what was found. */
export class ConfigFileError extends ConfigurationError {
  constructor(path: string, problems: readonly string[]) {
    super([`${path} cannot be used:`, ...problems.map((problem) => `  ${problem}`), 'See docs/configuration.md#darkroomyaml'].join('\n'))
    this.name = 'ConfigFileError'
  }
}

/** `darkroom.yaml` as it was read. */
export interface ConfigFile {
  path: string
  /** False when there is no such file, and every setting has its default. */
  exists: boolean
  settings: ConfigFileSettings
  /** The error for problems that show only beside other settings, with the lines they stand in. */
  refuse(problems: readonly ConfigProblem[]): ConfigFileError
}

/**
 * Reads and checks `darkroom.yaml`; one that does not exist is all defaults.
 * @throws ConfigFileError with line, place, expected and found for every problem.
 */
export function readConfigFile(path: string): ConfigFile {
  const text = readText(path)
  const document = new YamlDocument(text ?? 'version: 1')
  const faults = document.faults()
  if (faults.length > 0)
    throw new ConfigFileError(
      path,
      faults.map(({ line, says }) => `line ${line}: ${says}`),
    )
  const refuse = (problems: readonly ConfigProblem[]) =>
    new ConfigFileError(
      path,
      problems.map((problem) => sentence(problem, document)),
    )
  const result = configFileSchema.safeParse(valuesOf(document, path))
  if (!result.success) throw refuse(onePerPlace(result.error.issues.flatMap(describeIssue)))
  return { path, exists: text !== null, settings: result.data, refuse }
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw new ConfigFileError(path, [`expected a file that can be read, found ${(error as Error).message}`])
  }
}

function valuesOf(document: YamlDocument, path: string): unknown {
  try {
    return document.values()
  } catch (error) {
    throw new ConfigFileError(path, [(error as Error).message])
  }
}

/** The first problem of each place: the next one is often its echo. */
function onePerPlace(problems: readonly ConfigProblem[]): ConfigProblem[] {
  return [...Map.groupBy(problems, ({ at }) => at.join('\n')).values()].map(([first]) => first!)
}

function sentence({ at, expected, found }: ConfigProblem, document: YamlDocument): string {
  return `line ${document.lineOf(at)}: ${placeName(at)}: ${expected}, found ${found ?? showValue(at, document)}`
}

/** `routes[0].base_url`, as people write places. */
function placeName(at: readonly PropertyKey[]): string {
  const name = at.map((step, index) => (typeof step === 'number' ? `[${step}]` : `.${nameShown(String(step), at[index - 1])}`)).join('')
  return name.replace(/^\./, '') || 'the file'
}

/** Where a key is to be named, a member of another form may be the key itself: `key: { sk-… }` is a member in YAML. */
const nameShown = (name: string, within: PropertyKey | undefined) => (within === 'key' && !/^[a-z_]{1,20}$/.test(name) ? '…' : name)

const LONGEST_SHOWN = 80

/** A value as the error shows it. A key pasted into the file must not go on into a terminal or a journal. */
function showValue(at: readonly PropertyKey[], document: YamlDocument): string {
  const value = document.valueAt(at)
  if (value === undefined || value === null) return 'nothing'
  const text = JSON.stringify(value)
  if (at.includes('key') || /\b(?:sk|dk)[-_]|:\/\/[^/\s]*@/.test(text)) return 'a value that is not shown, since it may hold a secret'
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text
}
