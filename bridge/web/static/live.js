/** Hears from the bridge that something changed. Without, as when every seat is taken, the page asks more often. */

const AGAIN = 30_000;

export class Live {
  /**
   * @param {() => void} changed
   * @param {(live: boolean) => void} paced told whether one hears of changes or must ask
   */
  constructor(changed, paced) {
    Object.assign(this, { changed, paced });
    document.addEventListener('visibilitychange', () => this.wanted && (document.hidden ? this.close() : this.start()));
  }

  start() {
    this.wanted = true;
    this.close();
    if (document.hidden) return;
    this.source = new EventSource('/events');
    this.source.addEventListener('message', () => {
      this.paced(true);
      this.changed();
    });
    this.source.addEventListener('error', () => this.lost());
  }

  stop() {
    this.wanted = false;
    this.close();
  }

  close() {
    clearTimeout(this.timer);
    this.source?.close();
  }

  /** The stream ended: the browser comes back by itself, unless it was told that there is no seat. */
  lost() {
    this.paced(false);
    this.changed(); // perhaps while nobody listened
    if (this.source.readyState === EventSource.CLOSED) this.timer = setTimeout(() => this.start(), AGAIN);
  }
}
