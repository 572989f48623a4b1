// Select two bodies at once (hold Alt and drag over the second) and run "LLaDA: Fill Masked Region": both are filled together.

const { EventEmitter } = require('node:events');
const { readFile, writeFile } = require('node:fs/promises');

class TaskStore extends EventEmitter {
  constructor(file) {
    super();
    this.file = file;
    this.tasks = new Map();
  }

  async load() {
    try {
      const entries = JSON.parse(await readFile(this.file, 'utf8'));
      this.tasks = new Map(entries.map((task) => [task.id, task]));
    } catch (error) {
      // a file that is not there yet is an empty list; anything else is an error
    }
  }

  async save() {
    const entries = [...this.tasks.values()];
    await writeFile(this.file, JSON.stringify(entries, null, 2));
    this.emit('saved', entries.length);
  }

  add(title) {
    const task = { id: this.tasks.size + 1, title, done: false };
    this.tasks.set(task.id, task);
    this.emit('added', task);
    return task;
  }

  complete(id) {
    // mark the task as done, tell the listeners, and throw if there is no such task
  }

  open() {
    // the tasks that are not done
  }
}

module.exports = { TaskStore };
