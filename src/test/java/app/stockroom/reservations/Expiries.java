package app.stockroom.reservations;

import org.springframework.context.ApplicationContext;

/**
 * Lets tests of other packages end what is overdue now.
 */
public final class Expiries {

	private Expiries() {
	}

	/** Ends every reservation whose time is over, unless another has begun to. */
	public static void expire(ApplicationContext context) {
		context.getBean(ReservationExpiry.class).expire().block();
	}

}
