export { adam, sumOfSquares } from "./adam";
export { attention, attentionBackward } from "./attention";
export { attentionCodes, attentionCodesBackward } from "./attention-codes";
export { dot, dotTransposed, encodeGradient, encodeWeights } from "./dot";
export {
  add,
  copy,
  fill,
  lastToken,
  lastTokenBackward,
  meanTokens,
  meanTokensBackward,
  relu,
  reluBackward,
  repeat,
  squaredError,
  sumRows,
} from "./elementwise";
export { gemm, gemmTransposed, packPanels } from "./gemm";
export { affine, combine, foldNorm, normBackward, normSums, scaleFeatures, statistics, useRunning } from "./norm";
export { quantise, quantiseBackward, quantiseRows, quantiseRowsBackward } from "./quantise";
export { help, runStage } from "./tape";
