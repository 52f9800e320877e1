export { gemm, gemmTransposed, packPanels } from "./gemm";
export { quantise, quantiseBackward, quantiseRows, quantiseRowsBackward } from "./quantise";
export {
  fill, copy, add, repeat, sumRows, relu, reluBackward, meanTokens, meanTokensBackward, lastToken, lastTokenBackward, squaredError,
} from "./elementwise";
export { statistics, combine, foldNorm, useRunning, affine, normSums, normBackward, scaleFeatures } from "./norm";
export { attention, attentionBackward } from "./attention";
export { sumOfSquares, adam } from "./adam";
