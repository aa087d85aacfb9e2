/** Prints what happens now; on stderr, because stdout is for the result. */
export function say(text: string): void {
  console.error(text);
}

/** Shows every quarter of a minute that a long piece of work goes on. */
export async function withTicker<T>(work: () => Promise<T>): Promise<T> {
  const began = Date.now();
  const timer = setInterval(() => {
    say(`  … ${Math.round((Date.now() - began) / 1000)} s`);
  }, 15_000);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
