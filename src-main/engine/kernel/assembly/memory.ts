/** The ranges may overlap. */
export function copy(to: usize, from: usize, length: usize): void {
  memory.copy(to, from, length);
}
