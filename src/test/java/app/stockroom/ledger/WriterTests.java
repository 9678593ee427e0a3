package app.stockroom.ledger;

import java.time.Duration;
import java.util.Objects;

import app.stockroom.Patience;
import app.stockroom.StockroomTest;
import app.stockroom.platform.Database;
import app.stockroom.platform.TestDatabase;
import app.stockroom.platform.Turns;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.r2dbc.autoconfigure.R2dbcConnectionDetails;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The sessions that write, on which the plans of the ledger's functions depend: they say
 * nothing of it themselves, and no index is sure to be taken while a table has no
 * statistics.
 */
@StockroomTest
class WriterTests {

	private static final String SETTINGS = """
			select name, setting from pg_settings where name = 'plan_cache_mode'
			  or name in ('enable_seqscan', 'enable_bitmapscan', 'enable_hashjoin', 'enable_mergejoin', 'enable_material') order by name
			""";

	@Autowired
	private R2dbcConnectionDetails details;

	@ParameterizedTest
	@CsvSource({ "true, force_generic_plan", "false, force_custom_plan" })
	void sessionsThatWriteLookUp(boolean planOnce, String planning) {
		Database database = TestDatabase.open(this.details, planOnce);
		LedgerSettings settings = new LedgerSettings(1, Patience.LONG, 4096, 1000, 1, Patience.LONG, Patience.LONG,
				Duration.ofDays(7));
		SimpleMeterRegistry meters = new SimpleMeterRegistry();
		Writer writer = new Writer(database, settings, new Turns(1, 1, Duration.ZERO, Patience.LONG), meters);
		assertThat(writer
			.call(SETTINGS, (statement) -> statement,
					(row) -> row.get(0, String.class) + " " + Objects.requireNonNull(row.get(1, String.class)))
			.block(Patience.LONG)).containsExactly("enable_bitmapscan off", "enable_hashjoin off",
					"enable_material off", "enable_mergejoin off", "enable_seqscan off", "plan_cache_mode " + planning);
		database.destroy();
	}

}
