import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DockerfileParser } from 'dockerfile-ast'

/** The last stage of a Dockerfile: what the image is. */
export interface ImageStage {
  base: string
  /** What is copied from the context, `from` → `to`. */
  copies: { from: string; to: string }[]
  /** What is copied from other stages. */
  copiesFromStages: { stage: string; from: string; to: string }[]
  environment: Record<string, string>
  user: string
  ports: number[]
  volumes: string[]
  entrypoint: string[]
  command: string[]
  /** The command that says how it does. */
  healthcheck: string[]
}

const json = (text: string | null | undefined) => JSON.parse(text ?? '[]') as string[]
const argumentsOf = (instruction: { getArguments(): { getValue(): string }[] }) =>
  instruction.getArguments().map((argument) => argument.getValue())

/** Reads the last stage of a Dockerfile. */
export function readImageStage(text: string): ImageStage {
  const all = DockerfileParser.parse(text).getInstructions()
  const begin = all.findLastIndex((instruction) => instruction.getKeyword() === 'FROM')
  const stage = all.slice(begin)
  const named = (keyword: string) => stage.filter((instruction) => instruction.getKeyword() === keyword)
  const contentOf = (keyword: string) => named(keyword).at(-1)?.getArgumentsContent()
  const copies = named('COPY').map((instruction) => {
    const words = instruction.getTextContent().split(/\s+/).slice(1)
    const flags = words.filter((word) => word.startsWith('--'))
    const paths = words.filter((word) => !word.startsWith('--'))
    const from = flags.find((flag) => flag.startsWith('--from='))?.slice('--from='.length) ?? null
    return paths.slice(0, -1).map((path) => ({ stage: from, from: path, to: paths.at(-1)! }))
  })
  const assignments = named('ENV').flatMap(argumentsOf)
  return {
    base: argumentsOf(stage[0]!)[0]!,
    copies: copies.flat().flatMap(({ stage: of, ...copy }) => (of === null ? [copy] : [])),
    copiesFromStages: copies.flat().flatMap(({ stage: of, ...copy }) => (of === null ? [] : [{ stage: of, ...copy }])),
    environment: Object.fromEntries(assignments.map((each) => each.split(/=(.*)/s).slice(0, 2))),
    user: contentOf('USER') ?? 'root',
    ports: named('EXPOSE').flatMap(argumentsOf).map(Number),
    volumes: json(contentOf('VOLUME')),
    entrypoint: json(contentOf('ENTRYPOINT')),
    command: json(contentOf('CMD')),
    healthcheck: json(contentOf('HEALTHCHECK')?.replace(/^.*?\bCMD\s+/s, '')),
  }
}

/** Files below a folder that a `.dockerignore` lets into the context; paths with slashes, in order. */
export function contextFiles(root: string, ignoreText: string): string[] {
  const rules = ignoreText
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ lets: line.startsWith('!'), pattern: patternOf(line.replace(/^!/, '')) }))
  const isLetIn = (path: string) => rules.reduce((so, { lets, pattern }) => (pattern.test(path) ? lets : so), true)
  const files = globSync('**/*', { cwd: root, withFileTypes: true, exclude: (entry) => /^(?:node_modules|\.git)$/.test(entry.name) })
  const dotFiles = globSync('.*', { cwd: root, withFileTypes: true })
  return [...files, ...dotFiles]
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .filter(isLetIn)
    .sort()
}

/** A pattern names a file, or a folder with all in it. */
function patternOf(text: string): RegExp {
  const pieces = text.split(/(\*\*\/|\*\*|\*)/).map((piece) => {
    if (piece === '**/') return '(?:.*/)?'
    if (piece === '**') return '.*'
    return piece === '*' ? '[^/]*' : piece.replace(/[.+?^${}()|[\]\\]/g, '\\$&')
  })
  return new RegExp(`^${pieces.join('')}(?:/.*)?$`)
}

/** Text of a file of the repository. */
export const readRepositoryFile = (root: string) => (path: string) => readFileSync(join(root, path), 'utf8')
