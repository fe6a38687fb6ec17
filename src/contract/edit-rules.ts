import { tooMany } from './edit-inputs.ts'
import { type Failure, failure } from './failure.ts'
import { quote, unsupportedValue } from './field-rules.ts'
import type { DarkroomExtension, ImageRequest } from './image-request.ts'
import { excluded, type Finding, type RequestDraft, type RequestRule } from './request-rules.ts'

/** The model's own rules for edits, checked after those that generations share. The order is ours. */
export const editRules: readonly RequestRule[] = [
  { fields: ['images'], check: imagesOfModel },
  { fields: ['input_fidelity'], check: fidelityOfModel },
  { fields: ['images', 'output_format'], check: maskOfFormat },
  { fields: ['images'], check: markupOfModel },
  { fields: ['images'], check: markupBesideMask },
  { fields: ['images', 'output_format'], check: strictMaskFormat },
  { fields: ['images', 'output_compression'], check: strictMaskCompression },
  { fields: ['images', 'background'], check: strictMaskBackground },
  { fields: ['images'], check: rightsOfImages },
]

/** The rules for edits that hold for the image tool of the Responses API too. */
export const toolEditRules: readonly RequestRule[] = [
  { fields: ['input_fidelity'], check: fidelityOfModel },
  { fields: ['images', 'output_format'], check: maskOfFormat },
]

const hasRole = ({ references }: ImageRequest, role: 'mask' | 'markup') => references.some((reference) => reference.role === role)

function imagesOfModel({ request: { references, model } }: RequestDraft): Finding {
  const images = references.filter((reference) => reference.role === 'image')
  if (images.length <= model.maxInputImages) return null
  return tooMany(images[0]?.param.startsWith('images') ? 'images' : 'image', images.length, model.maxInputImages)
}

function fidelityOfModel({ request: { inputFidelity, model, modelAsked } }: RequestDraft): Finding {
  if (inputFidelity === null || model.inputFidelity.includes(inputFidelity)) return null
  if (model.inputFidelity.length > 0) return unsupportedValue('input_fidelity', inputFidelity, model.inputFidelity)
  return failure('invalid_input_fidelity_model', {
    param: 'input_fidelity',
    message: `The model ${quote(modelAsked)} does not support the 'input_fidelity' parameter.`,
  })
}

function maskOfFormat({ request }: RequestDraft): Finding {
  if (request.outputFormat !== 'gif' || !hasRole(request, 'mask')) return null
  return excluded('mask', "A mask is not supported for output format 'gif'.")
}

function markupOfModel({ request }: RequestDraft): Finding {
  if (!hasRole(request, 'markup') || request.model.markup) return null
  return excluded('markup', `The model ${quote(request.modelAsked)} does not support the 'markup' parameter.`)
}

function markupBesideMask({ request }: RequestDraft): Finding {
  if (!hasRole(request, 'markup') || !hasRole(request, 'mask')) return null
  return excluded('markup', "The parameters 'markup' and 'mask' exclude each other. Give one of them.")
}

function noStrictMask(param: string, fault: string): Failure {
  return failure('strict_mask_impossible', {
    param,
    message: `A strict mask is not possible: ${fault}. Nothing was charged; change it, or send x-darkroom-mask: guide.`,
  })
}

/** A lossy codec would change the pixels that the mask promises to keep. */
function strictMaskFormat({ request: { retouch, outputFormat } }: RequestDraft): Finding {
  if (!retouch.strictMask || outputFormat === 'png' || outputFormat === 'webp') return null
  return noStrictMask('output_format', `found output format '${outputFormat}', expected png or lossless webp`)
}

function strictMaskCompression({ request: { retouch, outputFormat, outputCompression } }: RequestDraft): Finding {
  if (!retouch.strictMask || outputFormat !== 'webp' || outputCompression === null || outputCompression === 100) return null
  return noStrictMask(
    'output_compression',
    `found webp with output_compression ${outputCompression}, expected lossless webp (100 or left out)`,
  )
}

/** The background lies mostly outside the mask: it cannot be taken away and kept at once. */
function strictMaskBackground({ request: { retouch, background } }: RequestDraft): Finding {
  if (!retouch.strictMask || background !== 'transparent') return null
  return noStrictMask('background', 'found a transparent background, expected opaque or auto, because the pixels outside the mask are kept')
}

function rightsOfImages({ request: { extension, references } }: RequestDraft): Finding {
  return rightsBeyondImages(extension, references.filter((reference) => reference.role === 'image').length)
}

/** The refusal of more rights notes than there are images; null where they fit. */
export function rightsBeyondImages({ rights }: DarkroomExtension, images: number): Failure | null {
  const notes = Array.isArray(rights) ? rights.length : 0
  if (notes <= images) return null
  return failure('invalid_value', {
    param: 'darkroom.rights',
    message: `Invalid 'darkroom.rights': found ${notes} notes, expected at most one for each of the ${images} images. Nothing was sent or charged.`,
  })
}
