import type { Reply, HostMessage, PageMessage, Question } from '../messages';
import type { Transport } from './transport';

/** The host as the page talks to it: questions get their answers. */
export class Host {
  #nextId = 0;
  readonly #waiting = new Map<number, (answer: Reply) => void>();

  constructor(
    private readonly transport: Transport,
    received: (message: Exclude<HostMessage, { type: 'answer' }>) => void,
    lost: () => void,
  ) {
    transport.listen((message) => {
      if (message.type !== 'answer') {
        received(message);
        return;
      }
      this.#waiting.get(message.id)?.(message.answer);
      this.#waiting.delete(message.id);
    }, lost);
  }

  post(message: PageMessage): void {
    this.transport.post(message);
  }

  ask(question: Question): Promise<Reply> {
    const id = this.#nextId++;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.transport.post({ type: 'ask', id, question });
    });
  }
}
