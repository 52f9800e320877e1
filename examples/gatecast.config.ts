// Options of `gatecast run` in a file: copy it beside your recording and say `gatecast run`. Every key is optional but data and target.
import { defineConfig } from "gatecast";

export default defineConfig({
  data: "flow.csv",
  target: "flow",
  window: 24,
  dModel: 16,
  bits: 4,
  device: "xc7s15",
  out: "runs/flow",
});
