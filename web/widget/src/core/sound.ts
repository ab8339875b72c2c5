/** A short tone. Browsers allow none before the person has touched the page. */
export class Sound {
  private context: AudioContext | null = null;
  private readonly arm = () => {
    this.disarm();
    try {
      this.context = new AudioContext();
    } catch {
      // a browser without sound
    }
  };

  constructor(enabled: boolean) {
    if (!enabled || typeof AudioContext !== 'function') return;
    for (const gesture of ['pointerdown', 'keydown']) window.addEventListener(gesture, this.arm, { capture: true, passive: true });
  }

  play(): void {
    const context = this.context;
    if (!context) return;
    if (context.state === 'suspended') void context.resume();
    const start = context.currentTime;
    const gain = context.createGain();
    gain.connect(context.destination);
    gain.gain.setValueAtTime(0.0001, start);
    gain.gain.exponentialRampToValueAtTime(0.12, start + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.0001, start + 0.35);
    const tone = context.createOscillator();
    tone.frequency.setValueAtTime(660, start);
    tone.frequency.setValueAtTime(880, start + 0.1);
    tone.connect(gain);
    tone.start(start);
    tone.stop(start + 0.4);
  }

  stop(): void {
    this.disarm();
    void this.context?.close();
    this.context = null;
  }

  private disarm(): void {
    for (const gesture of ['pointerdown', 'keydown']) window.removeEventListener(gesture, this.arm, { capture: true });
  }
}
