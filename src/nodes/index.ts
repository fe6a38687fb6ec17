export {
  beat,
  declareDead,
  dutyOf,
  endNode,
  forgetOldNodes,
  type LiveNode,
  liveNodes,
  type NewNode,
  type NodeRole,
  nodesElsewhere,
  registerNode,
  takeDuty,
} from './node-statements.ts'
