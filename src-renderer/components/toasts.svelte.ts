/** What a toast can offer: one verb, such as Undo. */
export interface ToastAction {
  label: string;
  run: () => void;
}

export interface Toast {
  id: number;
  text: string;
  tone: 'plain' | 'bad';
  action?: ToastAction;
}

/** Short messages at the foot of the window. They leave by themselves, and wait while looked at. */
export class Toasts {
  list = $state<Toast[]>([]);
  readonly #timers: Record<number, ReturnType<typeof setTimeout>> = {};
  #next = 1;

  /** @param seconds how long it stays; an action wants long enough to be reached by keyboard */
  show(text: string, options: { tone?: Toast['tone']; action?: ToastAction; seconds?: number } = {}): number {
    const id = this.#next++;
    const { tone = 'plain', action, seconds = action ? 10 : 5 } = options;
    this.list.push({ id, text, tone, action });
    this.#timers[id] = setTimeout(() => this.dismiss(id), seconds * 1000);
    return id;
  }

  dismiss(id: number): void {
    clearTimeout(this.#timers[id]);
    delete this.#timers[id];
    this.list = this.list.filter((toast) => toast.id !== id);
  }

  /** Keeps a toast until it is dismissed, for the pointer or the focus is on it. */
  hold(id: number): void {
    clearTimeout(this.#timers[id]);
  }
}
