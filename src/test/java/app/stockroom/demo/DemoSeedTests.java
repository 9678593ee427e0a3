package app.stockroom.demo;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

import app.stockroom.Invariants;
import app.stockroom.StockroomTest;
import app.stockroom.ledger.Entries;
import app.stockroom.ledger.Position;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import reactor.core.Disposable;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationContext;
import org.springframework.core.env.Environment;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One history of one tenant, in order.
 */
@StockroomTest
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DemoSeedTests {

	@Autowired
	private DemoSeed seed;

	@Autowired
	private Entries entries;

	@Autowired
	private ApplicationContext context;

	@Autowired
	private Environment environment;

	@Test
	@Order(1)
	void nothingIsSeededWhereTheDemoIsOff() {
		assertThat(this.context.getBeansOfType(DemoStart.class)).isEmpty();
		assertThat(this.entries.position(DemoSeed.TENANT).blockOptional()).isEmpty();
	}

	@Test
	@Order(2)
	void aSeedThatIsCutOffAgainAndAgainIsCompletedOnce() throws Exception {
		for (long cut = 1; cut < DemoSeed.ENTRIES; cut = length() + 200) {
			Disposable seeding = this.seed.open().thenMany(this.seed.seed()).subscribe();
			while (length() < cut && !seeding.isDisposed()) {
				Thread.onSpinWait();
			}
			seeding.dispose();
			// What was under way is still decided.
			Thread.sleep(200);
		}
		this.seed.open().then(this.seed.seed()).block();
		assertThat(length()).isEqualTo(DemoSeed.ENTRIES);
		assertThat(DemoData.read().entries()).isEqualTo(DemoSeed.ENTRIES);
		Invariants.hold(this.environment);
	}

	@Test
	@Order(3)
	void everyStatusIsThereToSeeInTwoWarehousesAndAlertsAreOpen() throws Exception {
		assertThat(texts(
				"select distinct stock_status(quantity, min_stock, max_stock) from inventory where tenant_id = ?"))
			.isEqualTo(Set.of("OUT_OF_STOCK", "LOW_STOCK", "OK", "OVERSTOCK"));
		assertThat(texts("select name from warehouse where tenant_id = ?")).isEqualTo(Set.of("Main", "High Street"));
		assertThat(texts("select kind from alert where tenant_id = ? and resolved_sequence is null"))
			.isEqualTo(Set.of("LOW_STOCK", "OUT_OF_STOCK"));
		assertThat(texts("select count(*) from movement where tenant_id = ? and type in (2, 3)"))
			.isEqualTo(Set.of(String.valueOf(DemoData.read().sales().size())));
		assertThat(texts("select name from product where tenant_id = ? and sku = '85123A'"))
			.isEqualTo(Set.of("WHITE HANGING HEART T-LIGHT HOLDER"));
	}

	@Test
	@Order(4)
	void aCompleteDemoIsLeftAsPeopleHaveChangedIt() {
		assertThat(this.seed.seed().blockOptional()).isEmpty();
		assertThat(length()).isEqualTo(DemoSeed.ENTRIES);
	}

	private long length() {
		return this.entries.position(DemoSeed.TENANT).map(Position::sequence).blockOptional().orElse(0L);
	}

	private Set<String> texts(String sql) throws SQLException {
		try (Connection owner = Invariants.owner(this.environment);
				PreparedStatement statement = owner.prepareStatement(sql)) {
			statement.setObject(1, DemoSeed.TENANT.value());
			ResultSet rows = statement.executeQuery();
			Set<String> texts = new TreeSet<>();
			while (rows.next()) {
				texts.add(Objects.requireNonNull(rows.getString(1)));
			}
			return texts;
		}
	}

}
