// Runs in a Worker of the page that training.test.ts serves: the same training on one thread and on two.
import { helperProgram, type Threads } from "../../src/training/index.js";
import { shortTraining } from "./short-training.js";

const two: Threads = {
  count: 2,
  start(task) {
    const program = `onmessage = ({ data: task }) => { ${helperProgram} };`;
    const worker = new Worker(URL.createObjectURL(new Blob([program], { type: "text/javascript" })));
    worker.postMessage(task);
    return () => worker.terminate();
  },
};

globalThis.postMessage({ one: await shortTraining(), two: await shortTraining(two) });
