package app.stockroom.live;

import java.util.Locale;

/**
 * The three feeds.
 */
enum Feed {

	/** The latest state of every record: order and convergence. */
	STOCK,

	/** Every entry. */
	LEDGER,

	/** Every step of every alert. */
	ALERTS;

	/** The feed's name in metrics. */
	String tag() {
		return name().toLowerCase(Locale.ROOT);
	}

}
