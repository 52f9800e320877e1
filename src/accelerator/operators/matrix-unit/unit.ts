import { module } from "../../../rtl/index.js";
import { beatStream } from "../../parts/beat.js";
import { withLanes } from "../../parts/flow.js";
import { deliverModule } from "./deliver.js";
import { inputPort, multiplyModule } from "./multiply.js";
import { jobSteps, type MatrixUnitParameters, partsOf, placeTasks, taskOutput } from "./parameters.js";
import { serialiseModule } from "./serialise.js";

/** Lanes that several `linear` operators share: a stream in for each job, a stream out for each operator. */
export function matrixUnitModule(parameters: MatrixUnitParameters) {
  const { name, title, jobs, plan } = parameters;
  const work = jobs
    .map((job) => `${job.tasks.map((task) => task.title).join(" and ")} (${jobSteps(job, plan)} cycles for a token)`)
    .join(", ");
  return module(
    name,
    {
      doc: `${title}: ${plan.lanesIn} x ${plan.lanesOut} lanes shared by ${work}.`,
      in: Object.fromEntries(jobs.map((job) => [inputPort(job), beatStream(job.input, "codes")])),
      out: Object.fromEntries(
        placeTasks(parameters).map(({ task }) => [task.port, beatStream(taskOutput(task, plan), task.title)]),
      ),
    },
    (p, m) => {
      const tokens = Object.fromEntries(
        jobs.map((job) => {
          const port = inputPort(job);
          const input = p[port];
          if (!input) throw new Error(`no input of "${job.name}"`);
          return [port, withLanes(m, `load_${job.name}`, input, job.input, plan.lanesIn)];
        }),
      );
      const { y } = m.use("multiply", multiplyModule(parameters), tokens);
      const x = partsOf(plan) === 1 ? y : m.use("serialise", serialiseModule(parameters), { x: y }).y;
      return m.use("deliver", deliverModule(parameters), { x });
    },
  );
}
