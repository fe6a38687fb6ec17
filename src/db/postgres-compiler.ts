import { type BinaryOperationNode, OperatorNode, PostgresQueryCompiler, PrimitiveValueListNode, ValueListNode } from 'kysely'

/** Kysely's words for PostgreSQL, which unlike SQLite does not know a list of no values: nothing is in one, and everything is not. */
export class PostgresCompiler extends PostgresQueryCompiler {
  protected override visitBinaryOperation(node: BinaryOperationNode): void {
    const { operator, rightOperand: list } = node
    const isEmptyList = (PrimitiveValueListNode.is(list) || ValueListNode.is(list)) && list.values.length === 0
    if (isEmptyList && OperatorNode.is(operator)) this.append(operator.operator === 'not in' ? 'true' : 'false')
    else super.visitBinaryOperation(node)
  }
}
