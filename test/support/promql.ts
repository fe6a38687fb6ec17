import { parser } from '@prometheus-io/lezer-promql'

/** What an expression asks of Prometheus. */
export interface PromqlNames {
  /** Each series that is selected, with the labels it is selected by. */
  selectors: { name: string; matchers: { label: string; operator: string; value: string }[] }[]
  /** Labels that are grouped by. */
  grouping: string[]
}

/** Takes an expression apart with the grammar of Prometheus itself. @throws Error for one that Prometheus would refuse */
export function readPromql(expression: string): PromqlNames {
  const selectors: PromqlNames['selectors'] = []
  const grouping: string[] = []
  let isGrouping = false
  const textOf = ({ from, to }: { from: number; to: number }) => expression.slice(from, to)
  parser.parse(expression).iterate({
    enter(node) {
      if (node.type.isError) throw new Error(`no expression at ${node.from}: ${expression}`)
      if (node.name === 'VectorSelector') selectors.push({ name: '', matchers: [] })
      if (node.name === 'Identifier' && node.node.parent?.name === 'VectorSelector') selectors.at(-1)!.name = textOf(node)
      if (node.name === 'GroupingLabels') isGrouping = true
      if (node.name === 'LabelName' && isGrouping) grouping.push(textOf(node))
      if (node.name === 'UnquotedLabelMatcher') {
        const [label, operator, value] = childrenOf(node.node).map(textOf)
        selectors.at(-1)!.matchers.push({ label: label!, operator: operator!, value: value!.slice(1, -1) })
      }
    },
    leave(node) {
      if (node.name === 'GroupingLabels') isGrouping = false
    },
  })
  return { selectors, grouping }
}

function childrenOf(node: { firstChild: SyntaxNode | null }): SyntaxNode[] {
  const children: SyntaxNode[] = []
  for (let child = node.firstChild; child !== null; child = child.nextSibling) children.push(child)
  return children
}

interface SyntaxNode {
  from: number
  to: number
  firstChild: SyntaxNode | null
  nextSibling: SyntaxNode | null
}
