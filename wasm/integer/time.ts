// What turns the tokens of a window into one.
import { evenCodes, oddCodes } from "./lanes";

/** y[c] = sum over t of x[t][c], in pairs of 16 bits: 256 codes of 8 bits fit. */
export function pool(x: usize, token: usize, tokens: i32, pairs: i32, y: usize): void {
  for (let p = 0; p < pairs; p++) {
    let sum = v128.load(x);
    let from = x;
    for (let t = 1; t < tokens; t++) {
      from += token;
      sum = i16x8.add(sum, v128.load(from));
    }
    v128.store(y, sum);
    x += 16;
    y += 16;
  }
}

/** y[i] = the code of feature columns[i] of the token at x, as an accumulator. */
export function last(x: usize, columns: usize, count: i32, y: usize): void {
  for (let i = 0; i < count; i++) {
    const column = load<i32>(columns + (<usize>i << 2));
    const pair = v128.load(x + (<usize>(column >> 1) << 4));
    v128.store(y + (<usize>i << 4), column & 1 ? oddCodes(pair) : evenCodes(pair));
  }
}
