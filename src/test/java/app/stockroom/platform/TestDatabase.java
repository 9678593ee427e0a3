package app.stockroom.platform;

import app.stockroom.Patience;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.springframework.boot.r2dbc.autoconfigure.R2dbcConnectionDetails;

/** A database with settings of its own; whoever opens it destroys it. */
public final class TestDatabase {

	private TestDatabase() {
	}

	public static Database open(R2dbcConnectionDetails details, boolean planOnce) {
		Database database = new Database(details, new DatabaseSettings(Patience.LONG, Patience.LONG, 1, Patience.LONG,
				Patience.LONG, Patience.LONG, planOnce), new SimpleMeterRegistry());
		database.open();
		return database;
	}

}
