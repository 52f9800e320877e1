import { Command } from "commander";
import type { Surroundings } from "../command-context.js";
import { studyFormatsCommand } from "./study-formats.js";

export function studyCommand(surroundings: Surroundings): Command {
  return new Command("study")
    .summary("many networks on one recording, side by side")
    .description("Studies train many variants of one network on a recording and lay them side by side.")
    .addCommand(studyFormatsCommand(surroundings));
}
