import { z } from 'zod'
import { countSchema } from './wire-values.ts'

/** Body of `POST /v2/migration/scan`. */
export const migrationScanSchema = z
  .strictObject({
    files: z
      .array(z.strictObject({ path: z.string().describe('Below the folder of the project, with `/`.'), text: z.string() }))
      .min(1)
      .max(5000),
    gateway_url: z.string().optional().describe('Where calls shall go; left out: this gateway.'),
  })
  .meta({ id: 'MigrationScan' })

const verdictSchema = z.enum(['move', 'fallback', 'drop', 'moved'])
const rewriteSchema = z
  .looseObject({ language: z.string(), before: z.string(), after: z.string(), notes: z.array(z.string()) })
  .describe('The request as it stands, and as it would be sent to the gateway. Secrets are masked.')

const siteSchema = z
  .looseObject({
    file: z.string(),
    line: z.int(),
    cell: z.int().nullable(),
    operation: z.string(),
    excerpt: z.string(),
    route: z.looseObject({ class: z.string(), name: z.string().nullable(), host: z.string().nullable() }),
    verdict: verdictSchema,
    reason: z.string(),
    tasks: z.array(z.looseObject({ step: z.string(), says: z.string() })),
    secrets: z.array(z.looseObject({ kind: z.string(), line: z.int() })),
    rewrite: rewriteSchema.nullable(),
  })
  .describe('A place that calls for pictures; more members as in `darkroom scan --json`.')

/** Its answer: the checklist that `darkroom scan` writes. */
export const migrationChecklistSchema = z
  .object({
    checklist: z.looseObject({
      version: z.int(),
      as_of: z.string(),
      gateway_url: z.string(),
      files_read: countSchema,
      skipped: z.array(z.object({ file: z.string(), why: z.string() })),
      sites: z.array(siteSchema),
      totals: z.object({ move: countSchema, fallback: countSchema, drop: countSchema, moved: countSchema }),
    }),
    markdown: z.string().describe('The same for people.'),
  })
  .meta({ id: 'MigrationChecklist' })
