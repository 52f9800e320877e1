import { prepareSeries } from "../../series/index.js";
import { encodePrepared } from "../run-folder/prepared-data.js";
import { readingKeys, readRecording, recordingIdentity, seriesKeys, seriesOptions } from "./recording.js";
import { defineStep } from "./step.js";

export const preparedFiles = ["data/series.json", "data/series.bin"] as const;

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
    await write(preparedFiles[1], arrays);
    await write(preparedFiles[0], description);
    const { train, validation, test } = prepared.counts.windows;
    return `${prepared.counts.rows} rows; windows: ${train} train, ${validation} validation, ${test} test`;
  },
});
