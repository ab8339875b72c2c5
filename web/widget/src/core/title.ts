/** Shows in the page's title how much is unread, and takes that away again. */
export class TitleBadge {
  private shown = '';

  show(text: string): void {
    const own = this.own();
    this.shown = text && text + ' · ';
    if (document.title !== this.shown + own) document.title = this.shown + own;
  }

  /** The page's own title, which it may have changed. */
  private own(): string {
    const { title } = document;
    return this.shown && title.startsWith(this.shown) ? title.slice(this.shown.length) : title;
  }
}
