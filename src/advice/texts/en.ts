import type { AdviceTexts } from '../advice-texts.ts'

/** Advice in English. */
export const englishTexts: AdviceTexts = {
  reasons: {
    nothing_said:
      'Nothing is known of the job yet. The Image API is the plain way to one picture: nothing to orchestrate, every cent known beforehand.',
    picture_is_the_result: 'Nothing in the job needs a conversation, further steps or other tools: the picture is the result.',
    direct_artefact: 'The picture itself is the result, so one call that returns it is enough.',
    edit: 'It starts from existing pictures: the edits of the Image API take up to 16 of them, and a mask.',
    many: 'Many pictures need clear storage and a cost log for each: one call, one record, no main model to pay on top.',
    conversation: 'Pictures come up inside a conversation: the main model keeps the thread, and the next turn can change the last picture.',
    several_steps: 'The picture is one step of a longer flow: the main model decides when to draw and goes on with the result.',
    other_tools: 'Other tools take part in the same answer: only Responses lets a model use them together with drawing.',
    by_hand: 'A person makes it in a window and no program calls: ChatGPT needs no integration.',
    provider_payment: 'OpenAI cannot be paid directly here, so a provider has to serve and bill.',
    provider_compatibility: 'An interface that is already in place has to be kept, and a provider offers it.',
    provider_support: 'Somebody has to answer for it under a support contract, and a provider offers one.',
    provider_fallback: 'A second way is wanted for when the official one fails, and a provider can be that way.',
  },
  remarks: {
    nothing_known: 'Describe the job, or answer the yes and no fields, and the advice becomes exact.',
    too_many_by_hand: 'So many pictures are not made by hand: this is advice for a program.',
    by_hand_and_program:
      'The job speaks of a person in a window and of things only a program does. If a program takes part, answer by_hand: false.',
    provider_must_offer_responses:
      'The flow needs the Responses API. Ask whether the provider offers it with the image tool; otherwise lead the steps yourself and call its image endpoint.',
    provider_edits_unproven:
      'Not every provider takes references and masks. Until the gate has proven its output rights, send it no assets of customers.',
    single_pictures_apart:
      'Pictures that stand alone belong to the Image API even here: keep Responses for those that come up in the flow.',
    cannot_be_that_fast:
      'No surface draws that fast: a picture takes from about 15 seconds to 2 minutes. Show a state or a preview meanwhile.',
    show_previews: 'Somebody waits: stream and show up to 3 previews. Each adds output tokens to the cost.',
    many_at_once:
      'Begin with drafts in low quality, keep few calls in flight, and switch the retries of your client off: each repeat is another purchase.',
    planning_costs:
      'Planning before drawing adds time and may add tokens: compare a few pictures with and without it before it becomes the rule.',
    review_before_public:
      'A person has to read the picture in full before it is public, text most of all. Keep request id, cost and decision together.',
  },
  surfaces: {
    images: {
      stopRule:
        'Stop when the job grows a conversation, further steps or other tools: do not build an orchestration around single calls, and do not add one that is not needed.',
      fixes: {
        endpoint: 'POST /v1/images/generations, or /v1/images/edits when it starts from pictures.',
        cost: 'Tokens of the image model alone. gpt-image-2 at 1024x1024 costs about $0.006 (low), $0.053 (medium) or $0.211 (high); previews and input pictures add to it. Known before the call.',
        limits:
          'Sizes by the model: edges up to 3840 and multiples of 16, ratio up to 3:1; 1 to 10 pictures a call; edits take up to 16 images.',
        latency: 'From about 15 seconds to 2 minutes. Let the client wait 300 seconds, or stream previews.',
        storage:
          'The answer carries the picture in base64. Darkroom keeps it under its hash, with path, public address and deletion rule on record.',
        error_handling:
          'Refusals cost nothing and come before the call. A timeout may have been paid for: read the record instead of repeating.',
        support: 'OpenAI, under your own account; the request id is in the record.',
      },
      planning: 'complexity (low, medium, high) lets gpt-image-2 and later plan before drawing. There is no search and no visible plan.',
    },
    responses: {
      stopRule: 'Stop when a single picture is all that is wanted: call the Image API. And never name a gpt-image model as the main model.',
      fixes: {
        endpoint: 'POST /v1/responses with a main model (gpt-5.4 or newer) and the tool image_generation.',
        cost: 'Two charges in one call: tokens of the main model, and tokens of the image tool. How often it draws is up to the main model, so a ceiling is reserved.',
        limits:
          'The tool draws one picture a call and has no n. Sizes and qualities are those of its image model. Strict masks stay with the Image API.',
        latency: 'Drawing plus the thinking of the main model. Stream it, or use background: true and ask for the result by its id.',
        storage:
          'Pictures are output items. Darkroom stores them under their hash with the ids of response and call, so that later turns work even when OpenAI has forgotten them.',
        error_handling:
          'A picture can fail inside an answer that is otherwise complete: look at the status of each item. A repeat pays for the main model again.',
        support: 'OpenAI, under your own account; the record keeps response id, call ids and request id.',
      },
      planning:
        'This is where planning is strongest: the main model thinks (reasoning.effort), may search, and rewrites the prompt; complexity of the tool overrides the inherited effort.',
    },
    provider: {
      stopRule:
        'Stop until base URL, model mapping, price, billing of failed calls, output rights and terms are on record. No owner or no request id: no production.',
      fixes: {
        endpoint: "The provider's route, through the same /v1 endpoints of this gateway; name it with x-darkroom-route.",
        cost: "The provider's contract, never OpenAI's price list. Know what failed calls cost; without that there is no cost promise.",
        limits: 'What the route states, which may be less than the model can: sizes up to 2K, few ratios, no mask, no streaming.',
        latency: 'Typically about 15 seconds by their own word; queues of theirs come on top. Measure before promising.',
        storage: 'Often an address that expires. Darkroom fetches the bytes at once and keeps them under their hash.',
        error_handling: "Error types and billing of failures are the provider's. The gate probes them before production traffic.",
        support: 'The provider. Its owner, contact and terms belong to the route before the first call.',
      },
      planning:
        'Not promised. Some job APIs offer "thinking" (layout plan, web references, a check of the result), which may cost extra: it counts only when the route states it.',
    },
    chatgpt: {
      stopRule:
        'Stop when a program, a log of costs or more than a few pictures a day are needed. A subscription is no API credit and must not be automated.',
      fixes: {
        endpoint: 'None: chatgpt.com or the app.',
        cost: 'The subscription. It is not API credit, and single pictures have no price.',
        limits: 'Those of the plan. Size, format and model cannot be fixed.',
        latency: 'A person waits in front of it.',
        storage: 'Downloaded by hand. There is no request id, no hash and no deletion rule unless you write them down.',
        error_handling: 'Ask again. Nothing can be traced.',
        support: 'The help pages of ChatGPT, for the person whose account it is.',
      },
      planning: 'Choose a thinking model in the window: it plans, searches and checks before it draws.',
    },
  },
  request: {
    prompt: 'A poster for a summer concert in a park, the words "Open Air, 14 June" in large letters, warm evening light',
    editPrompt: 'Replace the background with a plain light grey studio wall; keep the product and its label exactly as they are',
    firstWords: 'I need a poster for our summer concert.',
    assistantAsks: 'Gladly. What should it say, and in which mood?',
  },
}
