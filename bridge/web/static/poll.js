/** Repeats work while the page is visible: one run at a time, and one at once when the page is shown again. */

export class Poll {
  /**
   * @param {number} every milliseconds between the end of a run and the next
   * @param {() => Promise<void>} work
   * @param {(problem: Error) => void} failed called for every failure; polling continues unless it stops it
   */
  constructor(every, work, failed) {
    this.every = every;
    this.work = work;
    this.failed = failed;
    this.on = false;
    this.running = false;
    this.again = false; // requested during a run, which may have read old data
    document.addEventListener('visibilitychange', () => this.run());
  }

  start() {
    this.on = true;
    return this.run();
  }

  /** Another interval, from the next wait on. */
  changeInterval(every) {
    this.every = every;
  }

  stop() {
    this.on = false;
    clearTimeout(this.timer);
  }

  async run() {
    this.again = this.running;
    if (!this.on || this.running || document.hidden) return;
    clearTimeout(this.timer);
    this.running = true;
    try {
      await this.work();
    } catch (problem) {
      this.failed(problem);
    } finally {
      this.running = false;
    }
    if (this.again) await this.run();
    else if (this.on) this.timer = setTimeout(() => this.run(), this.every);
  }
}
