import { type Failure, failure } from '../contract/failure.ts'
import type { PromptDocument } from '../contract/prompt-document.ts'
import { requestBounds } from '../contract/request-fields.ts'
import { variablesIn } from './fill-variables.ts'
import { renderPrompt } from './render-prompt.ts'

/** A text of a document that may hold variables, and where it stands. */
interface Place {
  param: string
  text: string
}

/**
 * What is wrong with a document as a whole, beyond the shape of its members: the first thing, or null.
 * @param param where the document stands in the request
 */
export function checkDocument(document: PromptDocument, param = 'document'): Failure | null {
  return checkKind(document, param) ?? checkNames(document, param) ?? checkVariables(document, param) ?? checkLength(document, param)
}

function checkKind({ kind, change, keep }: PromptDocument, param: string): Failure | null {
  if (kind === 'edit' && change === undefined)
    return failure('missing_required_parameter', {
      param: `${param}.change`,
      message: `Missing required parameter: '${param}.change'. An edit says the one thing that it changes. Nothing was kept or charged.`,
    })
  const ofEdits = change === undefined ? (keep.length > 0 ? 'keep' : null) : 'change'
  if (kind === 'edit' || ofEdits === null) return null
  return failure('unsupported_combination', {
    param: `${param}.${ofEdits}`,
    message: `'${param}.${ofEdits}' is for documents of kind "edit" only. Nothing was kept or charged; set the kind, or leave it out.`,
  })
}

function checkNames({ variables, references }: PromptDocument, param: string): Failure | null {
  return (
    twice(
      variables.map(({ name }) => name),
      (place) => `${param}.variables[${place}].name`,
    ) ??
    twice(
      references.map(({ image }) => image),
      (place) => `${param}.references[${place}].image`,
    )
  )
}

function twice(values: readonly (string | number)[], place: (index: number) => string): Failure | null {
  const second = values.findIndex((value, index) => values.indexOf(value) < index)
  if (second === -1) return null
  return failure('invalid_value', { param: place(second), message: `'${values[second]}' is there twice. Nothing was kept or charged.` })
}

/** Every variable that is mentioned is declared, and every one that is declared is mentioned: a value that goes nowhere misleads. */
function checkVariables(document: PromptDocument, param: string): Failure | null {
  const declared = new Set(document.variables.map(({ name }) => name))
  const used = new Set<string>()
  for (const place of placesOf(document, param)) {
    const { names, isBroken } = variablesIn(place.text)
    if (isBroken)
      return failure('invalid_value', {
        param: place.param,
        message: `${place.param} holds {{ that begins no variable. A variable is written {{name}}: lower-case letters, digits and underscores. Nothing was kept or charged.`,
      })
    const stranger = names.find((name) => !declared.has(name))
    if (stranger !== undefined)
      return failure('unknown_prompt_variable', {
        param: place.param,
        message: `${place.param} mentions {{${stranger}}}, which ${param}.variables does not declare. Nothing was kept or charged.`,
      })
    for (const name of names) used.add(name)
  }
  const idle = document.variables.findIndex(({ name }) => !used.has(name))
  if (idle === -1) return null
  return failure('invalid_value', {
    param: `${param}.variables[${idle}].name`,
    message: `The variable '${document.variables[idle]!.name}' is mentioned nowhere. Nothing was kept or charged; mention it, or take it out.`,
  })
}

/** Every text of a document in which variables are filled in. */
export function placesOf(document: PromptDocument, param: string): Place[] {
  const { purpose, change, texts, references } = document
  const lists = (['requirements', 'constraints', 'fixed', 'avoid', 'keep'] as const).flatMap((name) =>
    document[name].map((text, index) => ({ param: `${param}.${name}[${index}]`, text })),
  )
  return [
    { param: `${param}.purpose`, text: purpose },
    ...(change === undefined ? [] : [{ param: `${param}.change`, text: change }]),
    ...lists,
    ...texts.map(({ text }, index) => ({ param: `${param}.texts[${index}].text`, text })),
    ...references.map(({ use }, index) => ({ param: `${param}.references[${index}].use`, text: use })),
  ]
}

/** Even with the shortest values it must fit: a document that no call could use is not kept. */
function checkLength(document: PromptDocument, param: string): Failure | null {
  try {
    renderPrompt(document, Object.fromEntries(document.variables.map(({ name }) => [name, 'x'])))
    return null
  } catch {
    return failure('string_above_max_length', {
      param,
      message: `The document comes to a prompt of more than ${requestBounds.promptCharactersMax} characters. Nothing was kept or charged; shorten it.`,
    })
  }
}
