/** How often each thing is measured; its figure is the median. */
export const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);

/** The servers that are measured in turns: what a neighbour does to the machine meets both. */
export const servers = {
  ...(process.env.BENCH_BEFORE && { before: process.env.BENCH_BEFORE }),
  now: process.env.CODEALONG_URL ?? "http://127.0.0.1:3000",
};

export const median = (numbers: number[]) =>
  [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!;

/** Measures the servers in turns. */
export async function inTurns<Figures>(
  measure: (server: string) => Promise<Figures>,
): Promise<Record<string, Figures[]>> {
  const found: Record<string, Figures[]> = {};
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [when, server] of Object.entries(servers)) {
      (found[when] ??= []).push(await measure(server));
    }
  }
  return found;
}
