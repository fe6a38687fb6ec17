import { z } from 'zod'

/** An agent's own library gives a call up after a minute; a job is asked about again instead. */
export const LONGEST_WAIT_SECONDS = 50

const waitSeconds = z
  .int()
  .min(0)
  .max(LONGEST_WAIT_SECONDS)
  .default(45)
  .describe('How long to wait for the pictures. After that the job goes on: ask get_job for it, do not order again.')

const call = {
  prompt: z.string().min(1).max(32_000).describe('What to draw, with every text that must be readable in quotes.'),
  model: z.string().max(100).default('gpt-image-2'),
  size: z
    .string()
    .max(20)
    .optional()
    .describe('WIDTHxHEIGHT, both multiples of 16, e.g. 1024x1024 or 1536x1024; the model chooses when left out.'),
  quality: z
    .enum(['low', 'medium', 'high', 'xhigh', 'max', 'auto'])
    .optional()
    .describe('low for drafts: medium costs about nine times as much, high about thirty-five times.'),
  n: z.int().min(1).max(10).optional().describe('Pictures of one coherent set; 1 when left out.'),
  background: z.enum(['transparent', 'opaque', 'auto']).optional(),
  output_format: z.enum(['png', 'jpeg', 'webp']).optional().describe('png when left out.'),
}

const order = {
  idempotency_key: z
    .string()
    .regex(/^[\x21-\x7e]{1,200}$/)
    .optional()
    .describe('A name for this picture. Ordered again under the same name, the same picture comes back and nothing is charged.'),
  wait_seconds: waitSeconds,
}

const saveAs = {
  save_as: z
    .string()
    .min(1)
    .max(1024)
    .optional()
    .describe('File to save the picture to, inside the working folder. Existing files are never replaced.'),
}

const picture = z.string().min(1).max(20_971_520)
const pictureWords = 'the id of a picture made here (img_…) or of a kept file (file_…), an https address, or a data URL'

const edited = (hasFiles: boolean) => ({
  images: z
    .array(picture)
    .min(1)
    .max(16)
    .describe(
      `The picture to change first, then references. Each is ${pictureWords}${hasFiles ? ', or a file inside the working folder' : ''}.`,
    ),
  mask: picture.optional().describe('A PNG of the first picture’s size, transparent where to draw anew; named in the same ways.'),
  keep_outside_mask: z
    .boolean()
    .default(false)
    .describe(
      'Outside the mask every pixel stays as it is; models repaint it otherwise. Needs size to be of the first picture’s shape, and png.',
    ),
})

/** What the tools take. @param hasFiles where they run beside the caller's files */
export function toolInputs(hasFiles: boolean) {
  const files = hasFiles ? saveAs : {}
  return {
    generate: z.strictObject({ ...call, ...order, ...files }),
    edit: z.strictObject({ ...call, ...edited(hasFiles), ...order, ...files }),
    estimate: z.strictObject({ ...call, images: edited(hasFiles).images.optional(), mask: edited(hasFiles).mask }),
    getJob: z.strictObject({
      job_id: z.string().min(1).max(100),
      wait_seconds: waitSeconds,
      ...files,
    }),
  }
}

type Inputs = ReturnType<typeof toolInputs>
/** A call that an agent wants priced or made. */
export type CallInput = z.infer<Inputs['estimate']>
/** Beside it, how it is ordered. */
export type OrderInput = z.infer<Inputs['generate']> & { save_as?: string | undefined }
/** The same of an edit. */
export type EditInput = z.infer<Inputs['edit']> & { save_as?: string | undefined }
/** A job that an agent asks about. */
export type JobInput = z.infer<Inputs['getJob']> & { save_as?: string | undefined }
