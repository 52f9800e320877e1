import { cpus, loadavg } from "node:os";

/** What figures were measured on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
  /** Mean number of running processes over the last minute, when the bench began; above `cores` the machine was shared. */
  readonly load: number;
}

export function describeMachine(): Machine {
  const all = cpus();
  return {
    cpu: all[0]?.model.trim() ?? "unknown processor",
    cores: all.length,
    node: process.version,
    load: Math.round((loadavg()[0] ?? 0) * 100) / 100,
  };
}

export function machineLine({ cpu, cores, node, load }: Machine): string {
  return `${cpu}, ${cores} cores, Node ${node}, load average ${load.toFixed(2)}`;
}
