/** Work repeated while somebody looks: one run at a time, none while the page is hidden, one at once when it is seen again. */

export class Pulse {
  /**
   * @param {number} every milliseconds between the end of a run and the next
   * @param {() => Promise<void>} work
   * @param {(problem: Error) => void} failed told of every failure; the pulse goes on unless it stops it
   */
  constructor(every, work, failed) {
    this.every = every;
    this.work = work;
    this.failed = failed;
    this.beating = false;
    this.running = false;
    this.again = false; // asked for while it ran: what it read may be old
    document.addEventListener('visibilitychange', () => this.beat());
  }

  start() {
    this.beating = true;
    return this.beat();
  }

  /** Another pace, from the next wait on. */
  pace(every) {
    this.every = every;
  }

  stop() {
    this.beating = false;
    clearTimeout(this.timer);
  }

  async beat() {
    this.again = this.running;
    if (!this.beating || this.running || document.hidden) return;
    clearTimeout(this.timer);
    this.running = true;
    try {
      await this.work();
    } catch (problem) {
      this.failed(problem);
    } finally {
      this.running = false;
    }
    if (this.again) await this.beat();
    else if (this.beating) this.timer = setTimeout(() => this.beat(), this.every);
  }
}
