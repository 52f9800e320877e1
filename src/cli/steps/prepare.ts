import { prepareSeries } from "../../series/index.js";
import { decodePrepared, encodePrepared, type PreparedData, preparedFiles } from "../run-folder/prepared-data.js";
import { readingKeys, readRecording, recordingIdentity, seriesKeys, seriesOptions } from "./recording.js";
import { defineStep, type StepContext } from "./step.js";

/** Recording -> cleaned, split, scaled series with its windows. The only step that looks at the recording itself. */
export const prepare = defineStep({
  name: "prepare",
  title: "reading and cleaning the recording",
  settings: [...readingKeys, ...seriesKeys],
  places: ["data", "seed"],
  reads: {},
  external: async ({ data, seed }) => ({ recording: await recordingIdentity(data, seed) }),
  async run({ configuration, progress, write }) {
    const table = await readRecording(configuration.data, configuration.seed, configuration);
    const prepared = prepareSeries(table, seriesOptions(configuration));
    for (const note of table.notes) progress.say(`${" ".repeat(12)}${note}`);
    for (const { message } of prepared.findings) progress.say(`${" ".repeat(12)}${message}`);
    const { description, arrays } = encodePrepared(prepared);
    await write(preparedFiles.arrays, arrays);
    await write(preparedFiles.description, description);
    return `${prepared.counts.rows} rows of ${table.source}`;
  },
});

/** What `reads` says of a step that needs the prepared recording. */
export const readsPrepared = { prepare: Object.values(preparedFiles) } as const;

export async function loadPrepared(context: Pick<StepContext<unknown>, "read" | "readText">): Promise<PreparedData> {
  const description = await context.readText("prepare", preparedFiles.description);
  return decodePrepared(description, await context.read("prepare", preparedFiles.arrays));
}
