import type { AdviceTexts } from '../advice-texts.ts'

/** Advice in Simplified Chinese. */
export const chineseTexts: AdviceTexts = {
  reasons: {
    nothing_said: '目前还不了解这项工作。要得到一张图片，Image API 是最直接的方式：无需编排，每一分钱事先可知。',
    picture_is_the_result: '这项工作不需要对话、后续步骤或其他工具：图片本身就是结果。',
    direct_artefact: '图片本身就是结果，一次返回图片的调用就够了。',
    edit: '从现有图片出发：Image API 的编辑最多接受 16 张图片和一张蒙版。',
    many: '图片很多时，每一张都需要清楚的存储和费用记录：一次调用一条记录，不必再为主模型付费。',
    conversation: '图片在对话中产生：主模型保持上下文，下一轮可以修改上一张图片。',
    several_steps: '图片是较长流程中的一步：何时绘制由主模型决定，并带着结果继续。',
    other_tools: '同一次回答中还有其他工具参与：只有 Responses 能让模型把它们与绘图一起使用。',
    by_hand: '由人在窗口中制作，没有程序调用：ChatGPT 无需集成。',
    provider_payment: '这里无法直接向 OpenAI 付款，因此必须由供应商提供服务并结算。',
    provider_compatibility: '必须保留已有的接口，而供应商提供这种接口。',
    provider_support: '需要有人按支持合同负责，而供应商提供这样的合同。',
    provider_fallback: '需要在官方线路失效时有第二条路，供应商可以充当。',
  },
  remarks: {
    nothing_known: '请描述这项工作，或回答是与否的字段，建议就会变得准确。',
    too_many_by_hand: '这么多图片无法手工制作：以下是给程序的建议。',
    by_hand_and_program: '描述中既有人在窗口里操作，也有只有程序才能做的事。如果有程序参与，请回答 by_hand: false。',
    provider_must_offer_responses:
      '这个流程需要 Responses API。请确认供应商是否连同图像工具一起提供；否则由自己控制步骤，只调用它的图像端点。',
    provider_edits_unproven: '并非每个供应商都接受参考图和蒙版。在准入检验证明输出权利之前，不要把客户的素材发给它。',
    single_pictures_apart: '单独使用的图片即使在这里也属于 Image API：Responses 只用于流程中产生的图片。',
    cannot_be_that_fast: '没有哪种方式能画得这么快：一张图片大约需要 15 秒到 2 分钟。其间请显示状态或预览。',
    show_previews: '有人在等待：请使用流式传输，最多显示 3 张预览。每张都会增加输出 token 的费用。',
    many_at_once: '先用 low 质量出草稿，限制同时进行的调用数，并关闭客户端的自动重试：每次重发都是一次新的购买。',
    planning_costs: '绘制前的规划会增加时间，也可能增加 token：成为惯例之前，先用几张图片比较有无规划的差别。',
    review_before_public: '公开之前必须有人完整审读图片，尤其是文字。请把请求 ID、费用和决定放在一起保存。',
  },
  surfaces: {
    images: {
      stopRule: '当工作需要对话、后续步骤或其他工具时就停下，改用 Responses。不要围绕单次调用搭建编排，也不要添加不需要的编排。',
      fixes: {
        endpoint: 'POST /v1/images/generations；从图片出发时用 /v1/images/edits。',
        cost: '只有图像模型的 token。gpt-image-2 的 1024x1024 约为 $0.006（low）、$0.053（medium）或 $0.211（high）；预览和输入图片另计。调用之前即可知道。',
        limits: '尺寸取决于模型：边长不超过 3840 且为 16 的倍数，比例不超过 3:1；每次 1 到 10 张；编辑最多 16 张图片。',
        latency: '约 15 秒到 2 分钟。客户端应等待 300 秒，或用流式传输接收预览。',
        storage: '回答中带有 base64 图片。Darkroom 按哈希保存，并记录路径、公开地址和删除规则。',
        error_handling: '拒绝发生在调用之前，不收费。超时的调用可能已经付费：请查看记录，不要重复调用。',
        support: 'OpenAI，使用你自己的账户；请求 ID 在记录中。',
      },
      planning: 'gpt-image-2 及之后的模型可用 complexity（low、medium、high）在绘制前规划。没有搜索，也看不到规划内容。',
    },
    responses: {
      stopRule: '如果只要一张图片就停下，改用 Image API。绝不要把 gpt-image 模型写成主模型。',
      fixes: {
        endpoint: 'POST /v1/responses，带主模型（gpt-5.4 或更新）和 image_generation 工具。',
        cost: '一次调用两笔费用：主模型的 token 和图像工具的 token。绘制几次由主模型决定，因此会预留一个上限。',
        limits: '工具每次画一张，没有 n。尺寸和质量以其图像模型为准。严格蒙版只在 Image API 中提供。',
        latency: '绘制时间加上主模型的思考时间。请用流式传输，或用 background: true 再按 ID 查询结果。',
        storage: '图片是输出项。Darkroom 连同响应和调用的 ID 按哈希保存，即使 OpenAI 已不再保留，后续轮次仍可继续。',
        error_handling: '在完整的回答中，某张图片仍可能失败：请检查每一项的 status。重新调用会再次支付主模型的费用。',
        support: 'OpenAI，使用你自己的账户；记录中保存响应 ID、调用 ID 和请求 ID。',
      },
      planning: '规划能力在这里最强：主模型会思考（reasoning.effort）、可以搜索并改写提示词；工具的 complexity 优先于继承的 effort。',
    },
    provider: {
      stopRule: '在基础 URL、模型映射、价格、失败调用的计费、输出权利和条款都有记录之前停下。没有责任方或没有请求 ID，就不能用于生产。',
      fixes: {
        endpoint: '供应商的线路，通过本网关相同的 /v1 端点使用；用 x-darkroom-route 指定。',
        cost: '以供应商的合同为准，绝不是 OpenAI 的价目表。要知道失败的调用如何收费；否则无法承诺费用。',
        limits: '以线路声明为准，可能少于模型的能力：最大 2K、少数比例、没有蒙版、没有流式传输。',
        latency: '按其自称通常约 15 秒；其排队时间另计。承诺之前请先测量。',
        storage: '往往是会过期的地址。Darkroom 会立即取回字节并按哈希保存。',
        error_handling: '错误类型和失败的计费由供应商决定。准入检验在生产流量之前探明。',
        support: '供应商。责任方、联系方式和条款应在第一次调用之前写入线路。',
      },
      planning: '没有承诺。有些任务 API 提供“思考”（版面规划、网络参考、结果自检），可能另外收费：只有线路写明时才算数。',
    },
    chatgpt: {
      stopRule: '当需要程序、费用记录或每天超过少数几张图片时就停下。订阅不是 API 额度，也不得自动化。',
      fixes: {
        endpoint: '没有：chatgpt.com 或应用。',
        cost: '订阅费。它不是 API 额度，单张图片没有价格。',
        limits: '以套餐为准。尺寸、格式和模型无法固定。',
        latency: '由人在窗口前等待。',
        storage: '手工下载。除非自己写下，否则没有请求 ID、哈希和删除规则。',
        error_handling: '再问一次。无法追溯。',
        support: 'ChatGPT 的帮助页面，面向账户持有人。',
      },
      planning: '在窗口中选择思考模型：它在绘制前规划、搜索并检查。',
    },
  },
  request: {
    prompt: '公园夏季音乐会的海报，大字写着“露天音乐会 6月14日”，温暖的傍晚光线',
    editPrompt: '把背景换成纯浅灰色的摄影棚墙面；产品和标签保持原样',
    firstWords: '我需要一张夏季音乐会的海报。',
    assistantAsks: '好的。上面写什么文字，想要怎样的氛围？',
  },
}
