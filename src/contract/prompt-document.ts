import { z } from 'zod'
import { isCleanText } from './field-rules.ts'

/** Bounds of a prompt document; a whole that is longer than a prompt may be is refused beyond them. Its texts go with calls, which take no longer ones. */
export const promptDocumentLimits = { items: 64, itemCharacters: 2000, textCharacters: 500, references: 16, variables: 64 } as const

const limits = promptDocumentLimits
const cleanText = (max: number) => z.string().trim().min(1).max(max).refine(isCleanText, 'must be well-formed text without NUL')
const sentence = cleanText(limits.itemCharacters)
const sentences = z.array(sentence).max(limits.items).default([])

/** How a variable is called: what stands between `{{` and `}}`. */
const variableNameSchema = z.string().regex(/^[a-z][a-z0-9_]{0,39}$/, 'must be lower-case letters, digits and underscores, a letter first')

/** A language as BCP 47 writes it: `ja`, `zh-Hans`, `pt-BR`. */
const languageSchema = z.string().regex(/^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}$/, 'must be a language tag like en, ja or zh-Hans')

const boxSchema = z.strictObject({ x: z.int().min(0), y: z.int().min(0), width: z.int().min(1), height: z.int().min(1) })

const members = {
  kind: z.enum(['generate', 'edit']).default('generate').describe('An `edit` changes one thing of a picture and keeps the rest.'),
  purpose: sentence.describe('What the picture is for.'),
  requirements: sentences.describe('What must be seen in it.'),
  constraints: sentences.describe('How it must be made: style, light, composition.'),
  fixed: sentences.describe('What must be as it is said and nothing else: a product, a logo, a colour.'),
  avoid: sentences.describe('What must not be in it.'),
  texts: z
    .array(
      z.strictObject({
        // White space of a text is part of it.
        text: z.string().min(1).max(limits.textCharacters).refine(isCleanText, 'must be well-formed text without NUL'),
        lang: languageSchema,
        box: boxSchema.optional().describe('Where it stands, in pixels of the result.'),
      }),
    )
    .max(limits.items)
    .default([])
    .describe('Texts that must appear letter for letter.'),
  references: z
    .array(
      z.strictObject({
        image: z.int().min(1).max(limits.references).describe('Its place among the pictures of the call, from 1.'),
        use: sentence.describe('What it is for: the face, the material, the layout.'),
      }),
    )
    .max(limits.references)
    .default([]),
  variables: z
    .array(
      z.strictObject({
        name: variableNameSchema,
        description: sentence.optional(),
        default: z.string().max(limits.itemCharacters).refine(isCleanText, 'must be well-formed text without NUL').optional(),
      }),
    )
    .max(limits.variables)
    .default([])
    .describe('What a call fills in. One without a default must be given.'),
  change: sentence.optional().describe('Of an edit: the one thing that changes.'),
  keep: sentences.describe('Of an edit: what stays as it is.'),
}

/**
 * What a picture is to be, in parts that can be read, compared and checked one by one. Texts may hold variables as `{{name}}`.
 * Unknown members are refused: a misspelt one would silently be left out of the prompt.
 */
export const promptDocumentSchema = z.strictObject(members).meta({ id: 'PromptDocument' })

/** The same as answers show it: with its defaults filled in. */
export const keptPromptDocumentSchema = z.strictObject(members).meta({ id: 'KeptPromptDocument' })

/** A document with its defaults filled in. */
export type PromptDocument = z.output<typeof promptDocumentSchema>

/** Values of variables, by their names. */
export const promptVariablesSchema = z
  .record(z.string().min(1).max(64), z.string().max(limits.itemCharacters).refine(isCleanText, 'must be well-formed text without NUL'))
  .describe('Values of the variables, by name.')
