/** A point where OpenAI's behaviour is not known for sure, and what Darkroom does there. */
export interface Unknown {
  id: string
  /** What nobody has measured or published. */
  unknown: string
  /** What Darkroom does until it is known. */
  choice: string
}

/**
 * Every choice the contract check makes where the facts end, as of 2026-11-20. `docs/contract.md` lists the same rows (held by test),
 * so that a measurement which settles one has exactly two places to change.
 */
export const unknowns: readonly Unknown[] = [
  {
    id: 'order-of-other-fields',
    unknown: 'The order of checks beyond model, unknown keys, prompt, images, n, and quality before output_compression before size.',
    choice: 'All shape rules in the order of the field table, then the rules of the model in the order of their table.',
  },
  {
    id: 'quality-tier-code',
    unknown: 'Code and type of the refusal of xhigh or max on gpt-image-2; only its sentence was seen.',
    choice: '400 image_generation_user_error, code invalid_value, param quality, with the sentence that was seen.',
  },
  {
    id: 'size-ratio',
    unknown: 'Where the 3:1 rule stands among the size rules, and its words.',
    choice: 'After the longest edge, before the pixel budget: "The longest edge must be at most three times the shortest edge."',
  },
  {
    id: 'size-leading-zeros',
    unknown: 'Whether 01024x1024 is read as a size.',
    choice: 'Refused as malformed, like 0x0, spaces and a capital X.',
  },
  {
    id: 'prompt-too-long',
    unknown: 'The refusal of a prompt above 32,000 characters, and what a character is.',
    choice: 'string_above_max_length with the sentence other OpenAI endpoints use; Unicode code points are counted.',
  },
  {
    id: 'unclean-text',
    unknown: 'What happens to half surrogate pairs and NUL in a text.',
    choice: 'Refused: invalid_prompt for the prompt, invalid_value elsewhere.',
  },
  {
    id: 'end-user-length',
    unknown: 'The longest user and safety_identifier on the Image API.',
    choice: 'At most 512 characters.',
  },
  {
    id: 'null-of-user-and-model',
    unknown: 'Whether null on user or model counts as left out; the types do not allow it.',
    choice: 'invalid_type, as measured for prompt. Every other optional field takes null as left out.',
  },
  {
    id: 'numbers-beyond-json',
    unknown: 'How 1e400 and -0 are judged where a whole number is expected.',
    choice: 'invalid_type for both.',
  },
  {
    id: 'transparent-on-gpt-image-2',
    unknown: 'Documented as a preview since 2026-08-20, yet some accounts were still refused in September 2026.',
    choice: 'Refused with two ways out, unless the route sets transparent_preview.',
  },
  {
    id: 'transparent-elsewhere',
    unknown: 'Transparency on gpt-image-2.6, gpt-image-1-mini and chatgpt-image-latest.',
    choice: 'Sent on with the warning transparency_not_proven: a refusal by upstream costs nothing.',
  },
  {
    id: 'transparent-format',
    unknown: 'Code and words for transparent with jpeg.',
    choice: '400 image_generation_user_error, invalid_value, param background; gif and svg are refused alike.',
  },
  {
    id: 'gif-and-svg',
    unknown: 'Which accounts may ask gif and svg, and all their refusals.',
    choice:
      'Refused on every model but 2.6, and there unless the route says they are open; then their documented exclusions (stream, partial_images, output_compression, n above 1 for svg) are refused as invalid_value.',
  },
  {
    id: 'gif-size',
    unknown: 'The size rules of gif; square caps of 960, 816 and 720 pixels are reported.',
    choice: 'Edges and ratio as for pictures; the ceiling holds for the sheet of 9, 12 or 16 frames, the floor does not hold.',
  },
  {
    id: 'frames-and-svg-on-other-formats',
    unknown: 'Whether frame_count, frame_duration_ms and svg are ignored or refused on other formats.',
    choice: 'Refused as invalid_value.',
  },
  {
    id: 'frame-duration-bounds',
    unknown: 'The shortest frame_duration_ms. Above 655,350 upstream caps.',
    choice: 'From 1; above the cap a warning.',
  },
  {
    id: 'complexity-models',
    unknown: 'Which models take complexity.',
    choice: 'gpt-image-2 and later do; the gpt-image-1 family is refused as invalid_value.',
  },
  {
    id: 'partial-images-without-stream',
    unknown: 'Whether partial_images without stream is refused.',
    choice: 'Accepted with a warning: documented as used only when streaming.',
  },
  {
    id: 'retired-model-code',
    unknown: 'The refusal of a model that was shut down.',
    choice: 'As an unknown model (400, invalid_value, param model), with the day and the successor in the message.',
  },
  {
    id: 'model-2.6',
    unknown: 'Token formula, snapshots, size rules and transparency of gpt-image-2.6.',
    choice: 'Formula unknown (estimated with a margin, no cost promise), no snapshot, size rules and tiers of 2.5.',
  },
  {
    id: 'chatgpt-image-latest',
    unknown: 'Which model the alias stands for on a given day.',
    choice:
      'A row of its own with an unknown formula, tiers low, medium and high, sizes as gpt-image-2; without a price card of its own it is refused as unpriced.',
  },
  {
    id: 'first-family-rules',
    unknown: 'Sizes of gpt-image-1-mini and gpt-image-1.5 today; only their older table is published.',
    choice: 'The three standard sizes and auto; other sizes are refused with the list of supported values.',
  },
  {
    id: 'organization-code',
    unknown: 'The error code for an organization that is not verified.',
    choice: '403 with code null.',
  },
  {
    id: 'missing-input-details',
    unknown: 'How input tokens split when usage gives no details.',
    choice:
      'Text for a call without input images. Else the split of the formula where that gives exactly the total, otherwise image tokens, the dearer bucket.',
  },
  {
    id: 'usage-of-several-events',
    unknown: 'Whether each of several completed events of a stream reports its own usage or that of the whole call.',
    choice: 'Its own: the events of a call are added up.',
  },
  {
    id: 'too-many-images',
    unknown: 'The refusal of more than 16 images.',
    choice: 'array_above_max_length, with the sentence other OpenAI endpoints use; param images in JSON, image in a form.',
  },
  {
    id: 'input-bytes',
    unknown: 'The refusal of an input of more than 50 MB, and whether MB are millions of bytes.',
    choice: '413 invalid_request_error, code image_too_large, above 52,428,800 bytes.',
  },
  {
    id: 'mask-bytes',
    unknown: 'The largest mask: the types say 4 MB, the guide 50 MB.',
    choice: '4,194,304 bytes, so that upstream refuses no mask that was accepted; a mask that is converted from brightness may have 50 MB.',
  },
  {
    id: 'mask-rules',
    unknown: 'Which faults of a mask beside its size upstream refuses, and in which words.',
    choice:
      'No PNG, another size, no alpha channel, no fully transparent pixel, or an image that is no PNG: invalid_mask_image_format, param null; no opaque pixel: a warning.',
  },
  {
    id: 'mask-orientation',
    unknown: 'Whether upstream turns an image by its EXIF orientation before it compares the mask.',
    choice: 'Not: the mask must have the pixels of the image as they are stored. A markup is compared upright, as the types say.',
  },
  {
    id: 'markup',
    unknown: 'Whether markup exists in JSON bodies, on gpt-image-2 and on the alias, and all its refusals.',
    choice: 'Multipart only, refused on gpt-image-2 and the gpt-image-1 family, sent on elsewhere; invalid_value, param markup.',
  },
  {
    id: 'input-colours',
    unknown: 'Which colour modes and depths upstream reads; only that odd modes are refused was reported.',
    choice: 'CMYK and more than 8 bits a channel are refused as invalid_image_file; palettes, grey and other colour profiles are sent.',
  },
  {
    id: 'input-reference',
    unknown: 'The refusal of a reference with both image_url and file_id, with neither, or with null.',
    choice: 'invalid_value, missing_required_parameter and invalid_type, param images[0]; an unknown key is unknown_parameter.',
  },
  {
    id: 'input-address',
    unknown: 'Codes of the Image API for addresses and files that cannot be used.',
    choice:
      'invalid_image_url and failed_to_download_image, as the Responses API names them, and 404 file_not_found; http is refused like a private address.',
  },
  {
    id: 'input-fidelity-high',
    unknown: 'The refusal of input_fidelity high on gpt-image-1-mini, which takes low only.',
    choice: 'invalid_value with the list of supported values; invalid_input_fidelity_model where the model takes neither.',
  },
  {
    id: 'form-texts',
    unknown: 'How upstream reads numbers, booleans and empty texts of a multipart form.',
    choice:
      'Decimal whole numbers; true and false, also as True and TRUE; an empty optional field is left out; any other text is refused as a wrong type.',
  },
  {
    id: 'responses-order',
    unknown: 'The order of checks of a Responses call.',
    choice: 'Model, the key darkroom, input, the fields stream to user, tools, tool_choice.',
  },
  {
    id: 'image-model-as-main',
    unknown: 'Code and words of the refusal of an image model as the model of a Responses call; the guide only forbids it.',
    choice: '400 invalid_request_error, code image_model_as_main, param model, with the two calls that work.',
  },
  {
    id: 'main-models',
    unknown: 'Which main models carry the image tool; the guide says gpt-5 or newer.',
    choice:
      'A table from gpt-5.4 on; every other id that is no image model passes with the warning unpriced_main_model, or is refused as model_not_found where unknown_models is refuse.',
  },
  {
    id: 'several-image-tools',
    unknown: 'Whether tools may hold more than one image_generation.',
    choice: 'Refused as invalid_value: an image call does not say which tool made it.',
  },
  {
    id: 'image-tool-null',
    unknown: 'Whether null on a field of the image tool counts as left out; the types allow it on input_fidelity only.',
    choice: 'It does, as on the Image API.',
  },
  {
    id: 'image-tool-mask',
    unknown: 'The refusal of an empty input_image_mask; a server error was reported.',
    choice: 'missing_required_parameter; both image_url and file_id are invalid_value, an unknown key is unknown_parameter.',
  },
  {
    id: 'edit-without-image',
    unknown: 'The refusal of action edit where no turn brings a picture.',
    choice: 'Sent on with the warning edit_without_image: an earlier turn may hold one that Darkroom does not know.',
  },
  {
    id: 'tool-choice-without-tool',
    unknown: 'Code of the refusal of tool_choice image_generation without the tool.',
    choice: '400 invalid_value, param tool_choice, with the sentence other tools are refused with.',
  },
  {
    id: 'background-without-store',
    unknown: 'Code of the refusal of background with store false.',
    choice: 'unsupported_combination (invalid_value), param store.',
  },
  {
    id: 'response-images',
    unknown: 'How many pictures the input of a Responses call may bring.',
    choice: "At most 64; they go on untouched, and how many the image tool draws from is the main model's choice.",
  },
  {
    id: 'stored-prompt',
    unknown: 'What tools and model a prompt brings that is stored at OpenAI.',
    choice: 'model must be named all the same, and the call passes with the warning stored_prompt_unseen.',
  },
]
