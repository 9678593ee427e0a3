package app.stockroom.replay;

import java.io.Console;
import java.io.PrintStream;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Tells a person how the replay goes: progress on one line that is rewritten, or a line
 * now and then where the output is no terminal.
 */
class Terminal {

	private static final long REWRITE_NANOS = Duration.ofMillis(250).toNanos();

	private static final long LINE_NANOS = Duration.ofSeconds(5).toNanos();

	private final PrintStream out;

	private final boolean rewrites;

	private long total;

	private long done;

	private long began;

	private long shown;

	private long noticed = System.nanoTime() - LINE_NANOS;

	Terminal(PrintStream out, @Nullable Console console) {
		this.out = out;
		this.rewrites = console != null && console.isTerminal();
	}

	synchronized void say(String text) {
		this.out.println(text);
	}

	/**
	 * Says what is being waited for, once for all the connections that wait.
	 */
	synchronized void notice(String text) {
		long now = System.nanoTime();
		if (now - this.noticed >= LINE_NANOS) {
			this.noticed = now;
			this.out.println((this.rewrites ? "\r" : "") + text);
		}
	}

	synchronized void begin(long total) {
		this.total = total;
		this.began = System.nanoTime();
		this.shown = this.began;
	}

	synchronized void step() {
		this.done++;
		long now = System.nanoTime();
		if (this.done == this.total || now - this.shown >= (this.rewrites ? REWRITE_NANOS : LINE_NANOS)) {
			this.shown = now;
			show(Math.max(now - this.began, 1) / 1e9);
		}
	}

	/**
	 * How long it has been since the beginning.
	 */
	synchronized Duration elapsed() {
		return Duration.ofNanos(System.nanoTime() - this.began);
	}

	private void show(double seconds) {
		String text = "%3d %%  %,d of %,d lines, %,.0f lines/s".formatted(this.done * 100 / this.total, this.done,
				this.total, this.done / seconds);
		if (this.rewrites && this.done < this.total) {
			this.out.print("\r" + text + "   ");
			this.out.flush();
		}
		else {
			this.out.println((this.rewrites ? "\r" : "") + text);
		}
	}

}
