import type { EpochRecord, Phase } from "../../training/index.js";
import type { Scratch } from "../steps/step.js";

/** One line of training.jsonl; `trial`: of several quantised trainings, which, from 1. */
export type LoggedEpoch = EpochRecord & { readonly trial?: number };

/** training.jsonl as it grows: one line an epoch, readable while training goes on. */
export class EpochLog {
  private records: readonly LoggedEpoch[] = [];

  /** @param file null: kept in memory only */
  constructor(
    private readonly scratch: Pick<Scratch, "write">,
    private readonly file: string | null,
  ) {}

  /** Takes what an earlier call has done of a phase in place of what is here of it. */
  async restore(phase: Phase, history: readonly EpochRecord[], trial?: number): Promise<void> {
    const others = this.records.filter((record) => record.phase !== phase || record.trial !== trial);
    this.records = [...others, ...history.map((record) => logged(record, trial))];
    await this.write();
  }

  async add(record: EpochRecord, trial?: number): Promise<void> {
    this.records = [...this.records, logged(record, trial)];
    await this.write();
  }

  of(phase: Phase, trial?: number): readonly LoggedEpoch[] {
    return this.records.filter((record) => record.phase === phase && record.trial === trial);
  }

  text(): string {
    return this.records.map((record) => `${JSON.stringify(record)}\n`).join("");
  }

  private async write(): Promise<void> {
    if (this.file !== null) await this.scratch.write(this.file, this.text());
  }
}

function logged({ phase, epoch, loss, validation, learningRate }: EpochRecord, trial: number | undefined): LoggedEpoch {
  return { phase, ...(trial === undefined ? {} : { trial }), epoch, loss, validation, learningRate };
}
