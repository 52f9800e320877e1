export { linear } from "./linear";
export { attention } from "./attention";
export { residual } from "./residual";
export { pool, last } from "./time";
