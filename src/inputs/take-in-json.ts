import type { InputRole } from '../contract/input-picture.ts'
import { inputName } from './input-file.ts'
import type { IntakeOptions, JsonIntake, ReadImageJson } from './intake.ts'
import type { IntakeLimits } from './intake-limits.ts'
import type { RequestBody } from './request-body.ts'

/** The member that names a picture in OpenAI's bodies, in `images` as in `mask`. */
const IMAGE_KEYS = ['image_url']

/** Takes a JSON body in. @throws Failure; no file is left behind then */
export async function takeInJson(
  body: RequestBody,
  readImageJson: ReadImageJson,
  { folder, name, limits, imageKeys = IMAGE_KEYS }: IntakeOptions & { limits: IntakeLimits },
): Promise<JsonIntake> {
  const scanned = await readImageJson(body, {
    imageKeys,
    spoolFolder: folder,
    spoolName: inputName(name),
    limits: { ...limits, images: limits.files },
  })
  const uploads = scanned.images.map(({ param, path, bytes, sha256 }) => {
    return { role: roleOf(param), param, source: 'data_url', path, bytes, sha256, fileName: null } as const
  })
  return { form: 'json', body: scanned.body, uploads, [Symbol.asyncDispose]: () => scanned[Symbol.asyncDispose]() }
}

function roleOf(param: string): InputRole {
  const [first] = param.split('.')
  return first === 'mask' || first === 'markup' ? first : 'image'
}
