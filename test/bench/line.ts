/**
 * `npm run bench:line`: a bulk stream beside a 1-byte echo through a line with a rate, a queue, delay and loss: what of
 * the line the bulk gets, what is sent for that, and how the echo fares. With real processes through a relay, beside
 * Go's kcptun; or, with `--simulated`, sessions of ours in virtual time.
 */
if (process.argv.includes('--simulated')) await import('./line/simulated.ts');
else await import('./line/real.ts');

export {};
