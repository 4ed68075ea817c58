/** Stands for a program that is only to be called: prints its arguments, then what it knows of a certificate. */
const known = Object.entries(process.env).filter(([name]) => name.startsWith('CSC_'));
const lines = known.map((pair) => pair.join('=')).sort();
process.stdout.write([process.argv.slice(2).join(' '), ...lines, ''].join('\n'));
