/** Listens for changes; polls more often if no stream is free. */

const AGAIN = 30_000;

export class Live {
  /**
   * @param {() => void} changed
   * @param {(live: boolean) => void} paced called with whether changes are reported or must be polled
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

  /** The stream ended: the browser reconnects by itself, unless no stream was free. */
  lost() {
    this.paced(false);
    this.changed(); // a change may have been missed
    if (this.source.readyState === EventSource.CLOSED) this.timer = setTimeout(() => this.start(), AGAIN);
  }
}
